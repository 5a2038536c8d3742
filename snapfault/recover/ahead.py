"""The first look at a phase, taken while the one before is under way."""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import typing

from snapfault.recover import glance
from snapfault.recover import step
from snapfault.recover import together

#: How old a look may be that is gone by: less than a rebuild takes.
MOMENT: typing.Final = datetime.timedelta(seconds=2)


@dataclasses.dataclass(frozen=True)
class Ahead:
    """A look that was begun, and may be under way still."""

    seen: glance.Glance
    begun_at: datetime.datetime
    asked: tuple[concurrent.futures.Future[typing.Any], ...]

    def answer(
        self, now: collections.abc.Callable[[], datetime.datetime]
    ) -> glance.Glance | None:
        """Wait for it, and give what it has read; None: it is too old.

        What could not be read is not in it, and is read anew.

        :param now: asked once the waiting is over: a part may have hung
        """
        together.wait(self.asked)
        return self.seen if now() - self.begun_at <= MOMENT else None


def look(
    hands: step.Hands,
    following: collections.abc.Collection[step.Step],
    calls: concurrent.futures.Executor,
    now: datetime.datetime,
) -> Ahead | None:
    """Begin the first look at the phase that follows, if it is decisive.

    Others go by what this phase leaves behind, and know most of it already.
    """
    if not any(each.decisive for each in following):
        return None
    seen = glance.of_phase(hands.project, following)
    through = glance.hands(hands, seen)
    asked = [calls.submit(each.look, through) for each in following]
    return Ahead(seen, now, (*asked, calls.submit(seen.check)))
