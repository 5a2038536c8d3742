"""What is read of a project, once for all that goes on in it.

A hundred services of one project that fall due together need the same few
lists. Whoever comes first reads one, the others share it; a reading that
failed fails for all alike, so that an outage is not asked about a hundred
times.
"""

import collections
import collections.abc
import concurrent.futures
import contextlib
import datetime
import threading
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.snapshot import room
from snapfault.snapshot import victim

Answer = typing.TypeVar('Answer')
Ask = collections.abc.Callable[[port.Project], Answer]


class Sight:
    """One project as it was read a moment ago; safe for many threads."""

    def __init__(
        self,
        cloud: port.Cloud,
        rights: collections.abc.Iterable[model.Delegation],
        at: datetime.datetime,
    ) -> None:
        """Prepare; nothing is read yet.

        :param rights: to act for this project; the first that lives serves
        """
        self.at = at
        self.has_failed = False
        self._cloud = cloud
        self._rights = list(dict.fromkeys(rights))
        self._known: dict[str, typing.Any] = {}
        self._failed: dict[str, errors.SnapfaultError] = {}
        #: Held for a moment, and never while the cloud is asked.
        self._lock = threading.Lock()
        #: One a list: whoever wants one that another reads waits for it.
        self._reading: dict[str, threading.Lock] = collections.defaultdict(
            threading.Lock
        )
        self._room = threading.Lock()

    @property
    def project(self) -> port.Project:
        """The project by the right that served last.

        :raises DelegationDead: none does
        """
        with self._lock:
            if not self._rights:
                raise _dead()
            return self._cloud.project(self._rights[0])

    def servers(self) -> dict[str, resource.Server]:
        """Give the servers by id; absence proves nothing, see the port."""
        return self._once(
            'servers', lambda p: {each.id: each for each in p.list_servers()}
        )

    def volumes(self) -> dict[str, resource.Volume]:
        """Give the volumes by id."""
        return self._once(
            'volumes', lambda p: {each.id: each for each in p.list_volumes()}
        )

    def snapshots(self) -> dict[str, resource.Snapshot]:
        """Give the snapshots by id."""
        return self._once(
            'snapshots',
            lambda p: {each.id: each for each in p.list_snapshots()},
        )

    def headroom(self) -> resource.Headroom:
        """Give the room that is left, less what was taken of it here."""
        return self._once('headroom', lambda p: p.get_headroom())

    def begin_to_read(self, calls: concurrent.futures.Executor) -> None:
        """Have read, at once, what a point to be taken rests on.

        What fails is raised to those who ask for it.
        """
        for read in (self.servers, self.volumes, self.headroom):
            calls.submit(_quietly, read)

    def take_room(
        self,
        members: collections.abc.Collection[model.Member],
        decide: collections.abc.Callable[[resource.Headroom], victim.Room],
    ) -> victim.Room:
        """Decide on the room that is left, and take it where it is enough.

        One at a time: what is taken is gone for those who come after.
        """
        with self._room:
            left = self.headroom()
            decided = decide(left)
            if decided.enough:
                self._known['headroom'] = room.less(left, members)
            return decided

    def _once(self, name: str, ask: Ask[Answer]) -> Answer:
        with self._lock:
            reading = self._reading[name]
        with reading:
            if name in self._failed:
                error = self._failed[name]
                raise type(error)(str(error)) from error
            if name not in self._known:
                try:
                    self._known[name] = self._ask(ask)
                except errors.SnapfaultError as error:
                    self.has_failed = True
                    self._failed[name] = error
                    raise
            return typing.cast('Answer', self._known[name])

    def _ask(self, ask: Ask[Answer]) -> Answer:
        dead: errors.SnapfaultError = _dead()
        while rights := self._rights:
            try:
                return ask(self._cloud.project(rights[0]))
            except errors.DelegationDead as error:
                dead = error
                self._bury(rights[0])
        raise dead

    def _bury(self, right: model.Delegation) -> None:
        """Go by the next right; who read beside us may have done so."""
        with self._lock:
            self._rights = [each for each in self._rights if each != right]


def _quietly(read: collections.abc.Callable[[], object]) -> None:
    with contextlib.suppress(errors.SnapfaultError):
        read()


def _dead() -> errors.DelegationDead:
    return errors.DelegationDead(
        'no protection of the project is left to act by'
    )


class Sights:
    """The sights of a worker, each kept for a moment."""

    def __init__(self, cloud: port.Cloud, life: datetime.timedelta) -> None:
        """Begin without any.

        :param life: how old a sight may be that something begins by
        """
        self._cloud = cloud
        self._life = life
        self._kept: dict[str, Sight] = {}

    def of(
        self,
        project_id: str,
        rights: collections.abc.Iterable[model.Delegation],
        now: datetime.datetime,
        since: datetime.datetime | None = None,
    ) -> Sight:
        """Give the sight of a project: a kept one, if that will do.

        One that failed serves the tick it failed in, and no other.

        :param since: it must not be older than this; None: by its life alone
        """
        kept = self._kept.get(project_id)
        if (
            kept is None
            or not self._serves(kept, now)
            or (since is not None and kept.at < since)
        ):
            self._kept = {
                each: sight
                for each, sight in self._kept.items()
                if self._serves(sight, now)
            }
            kept = self._kept[project_id] = Sight(self._cloud, rights, now)
        return kept

    def _serves(self, sight: Sight, now: datetime.datetime) -> bool:
        if sight.has_failed:
            return sight.at == now
        return abs(now - sight.at) < self._life
