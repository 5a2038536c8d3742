"""Between stages 2 and 3: the chosen tasks, claimed in their order."""

import collections
import datetime
import itertools
import threading
import typing

from snapfault import model
from snapfault.cycle import choose
from snapfault.cycle import context as contexts
from snapfault.db import task_claims
from snapfault.rank import plan as rank_plan
from snapfault.snapshot import sight

#: Tasks looked at in one statement before the first free one is claimed:
#: of many workers on one ranking each finds those in front taken.
WINDOW: typing.Final = 20


class Claimed(typing.NamedTuple):
    """A task of ours now, and what it was chosen with."""

    ranked: rank_plan.Ranked
    sight: sight.Sight
    task: model.Task


class Queue:
    """The chosen tasks of one tick; safe for many threads."""

    def __init__(
        self,
        context: contexts.Context,
        chosen: choose.Chosen,
        now: datetime.datetime,
    ) -> None:
        """Begin with all of them; nothing is claimed yet."""
        self._context = context
        self._left = collections.deque(chosen)
        self._now = now
        self._lock = threading.Lock()

    def claim(self, lease_until: datetime.datetime) -> Claimed | None:
        """Claim the first that is still free; None: none is left."""
        database, worker = self._context.database, self._context.worker
        while found := self._first_free():
            ranked, seen = found
            task = task_claims.claim(
                database,
                ranked.candidate.task,
                worker,
                self._now,
                lease_until,
            )
            if task is not None:
                return Claimed(ranked, seen, task)
        return None

    def _first_free(self) -> tuple[rank_plan.Ranked, sight.Sight] | None:
        """Take the first free one out, and those before it with it."""
        with self._lock:
            while self._left:
                ids = [
                    each.candidate.task.id
                    for each, _ in itertools.islice(self._left, WINDOW)
                ]
                free = task_claims.free(self._context.database, ids, self._now)
                for task_id in ids:
                    taken_out = self._left.popleft()
                    if task_id in free:
                        return taken_out
        return None
