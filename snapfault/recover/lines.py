"""Where it is written what is meant, and what became of it. Thin."""

import collections.abc
import dataclasses
import datetime

from snapfault import model
from snapfault.db import api
from snapfault.db import journal_lines


def _unheeded(now: datetime.datetime) -> None:
    """Let a move pass."""


@dataclasses.dataclass(frozen=True)
class Lines:
    """The lines of one recovery's or drill's journal.

    Every method may raise :class:`~snapfault.errors.LeaseLost`, and is
    called from several threads.
    """

    database: api.Database
    owner: journal_lines.Owner
    #: Told when something is asked for or over.
    moved: collections.abc.Callable[[datetime.datetime], None] = _unheeded

    def started(self, position: int, now: datetime.datetime) -> None:
        """Note a step as meant, before the cloud is asked."""
        self.moved(now)
        journal_lines.started(self.database, self.owner, position, now)

    def asked(self, position: int, ids: collections.abc.Sequence[str]) -> None:
        """Add the cloud's ids of what a step asked for."""
        journal_lines.asked(self.database, self.owner, position, ids)

    def done(
        self,
        positions: collections.abc.Sequence[int],
        now: datetime.datetime,
    ) -> None:
        """Note steps as done."""
        self.finished(positions, model.StepStatus.DONE, '', now)

    def finished(
        self,
        positions: collections.abc.Sequence[int],
        status: model.StepStatus,
        detail: str,
        now: datetime.datetime,
    ) -> None:
        """Note how steps ended."""
        self.moved(now)
        journal_lines.finished(
            self.database, self.owner, positions, status, detail, now
        )
