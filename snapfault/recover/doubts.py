"""Doubt what takes long or has failed: let go of it, and ask for it anew.

A Cinder that dies, or a backend that is away for a while, leaves what was
asked of it ``creating`` for ever or in ``error``. Neither says that the next
request would fare as badly.
"""

import collections.abc
import datetime
import logging
import typing

from snapfault import errors
from snapfault.recover import lines
from snapfault.recover import noted
from snapfault.recover import step

LOG = logging.getLogger(__name__)

#: How long something is under way until that is doubted for the first time;
#: then twice as long, and so on, for a busy cloud is asked anew by it.
FIRST: typing.Final = datetime.timedelta(seconds=60)
#: How often what was doubted is asked for anew. With the times above the last
#: is seven minutes after the first: longer than a backend restarts, and not so
#: long that nobody is told of one that is full.
MOST: typing.Final = 3


class Doubts:
    """When the steps of one phase are doubted, and how often."""

    def __init__(self, now: datetime.datetime) -> None:
        """Begin with a phase."""
        self._after = FIRST
        self._at = now + FIRST
        self._helped = 0

    @property
    def are_left(self) -> bool:
        """Say whether what is spoilt may be asked for anew yet."""
        return self._helped < MOST

    def put_off(self, now: datetime.datetime) -> None:
        """Give what is asked for now its time."""
        self._at = now + self._after

    def are_due(self, now: datetime.datetime) -> bool:
        """Say whether the time has come."""
        return now >= self._at

    def raise_all(
        self,
        what: str,
        journal: lines.Lines,
        left: collections.abc.Mapping[int, step.Step],
        hands: step.Hands,
        now: datetime.datetime,
    ) -> bool:
        """Doubt each step that can be, and say whether that helped any.

        :param what: the journal's owner, for the log
        :param left: the steps that are not done, by position
        :raises LeaseLost: another worker holds the journal
        """
        helped = False
        for position, each in left.items():
            if not each.doubtful:
                continue
            journal.started(position, now)  # the lease is ours
            try:
                with noted.noted(journal, position):
                    helped |= each.doubt(hands)
            except errors.CloudUnavailable:
                return helped  # at the next look, for this one tells nothing
            except (
                errors.CloudConflict,
                errors.NotFound,
                errors.QuotaExceeded,
            ) as error:
                LOG.info('%s, %s goes on: %s', what, each.name, error)
        self._helped += helped
        self._after *= 2
        self.put_off(now)
        return helped
