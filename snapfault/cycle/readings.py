"""Between stages 2 and 3: read the projects whose tasks are to begin.

A hundred projects that fall due together are not read one by one: while one
is gone by, the next few are read.
"""

import collections
import collections.abc
import datetime
import typing

from snapfault import model
from snapfault.cycle import context as contexts
from snapfault.db import api
from snapfault.db import recoveries
from snapfault.rank import plan as rank_plan
from snapfault.snapshot import admit
from snapfault.snapshot import sight

#: By how much the clocks of two workers may differ.
CLOCKS: typing.Final = datetime.timedelta(seconds=5)
#: Projects that are read at once: three lists each, see ``service.CALLS``.
AHEAD: typing.Final = 5

Ranking = collections.abc.Collection[rank_plan.Ranked]


class Readings:
    """The sights of a ranking's projects, asked for in its order."""

    def __init__(
        self,
        context: contexts.Context,
        ranked: Ranking,
        let_in: admit.Gate,
        now: datetime.datetime,
    ) -> None:
        """Prepare; nothing is read yet."""
        self._context = context
        self._let_in = let_in
        self._now = now
        self._since = _since(context.database, ranked, now)
        self._rights: dict[str, list[model.Delegation]] = {}
        for each in ranked:
            right = each.candidate.protection.delegation
            self._rights.setdefault(right.project_id, []).append(right)
        self._next = collections.deque(self._rights)
        self._found: dict[str, sight.Sight] = {}

    def of(self, project_id: str) -> sight.Sight:
        """Give the sight of a project, and have the next ones read.

        No more than may begin: of the others nothing is asked.
        """
        if project_id not in self._found:
            self._begin(project_id)
            for _ in range(min(AHEAD, self._let_in.left()) - 1):
                self._begin_next()
        return self._found[project_id]

    def _begin_next(self) -> None:
        while self._next:
            project_id = self._next.popleft()
            is_closed = self._let_in.is_closed(project_id)
            if project_id not in self._found and not is_closed:
                self._begin(project_id)
                return

    def _begin(self, project_id: str) -> None:
        found = self._context.memory.sights.of(
            project_id,
            self._rights[project_id],
            self._now,
            self._since.get(project_id),
        )
        found.begin_to_read(self._context.calls)
        self._found[project_id] = found


def _since(
    database: api.Database, ranked: Ranking, now: datetime.datetime
) -> dict[str, datetime.datetime]:
    """Give how old the reading of each project may be at most.

    Not older than a task that is to begin: a volume that was attached before
    a run fell due, or was asked for, is in its point. And not older than the
    end of a recovery, which has put other volumes in the place of the old.
    """
    ended = recoveries.ended_since(
        database, now - contexts.SIGHT_LIFE - CLOCKS
    )
    found = {each: min(at + CLOCKS, now) for each, at in ended.items()}
    for each in ranked:
        task = each.candidate.task
        at = found.get(task.project_id, task.not_before)
        found[task.project_id] = max(at, task.not_before)
    return found
