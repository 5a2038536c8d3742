"""What a run will do, foreseen for every task of a plan. Pure.

The tasks of one moment begin together, so each finds the room that those
before it have left and not what their pruning frees, which comes later;
tasks of a later moment find both.
"""

import collections.abc
import dataclasses
import datetime

from snapfault import model
from snapfault import resource
from snapfault.outlook import ledger
from snapfault.rank import plan as rank_plan
from snapfault.snapshot import plan
from snapfault.snapshot import victim

History = collections.abc.Sequence[model.RecoveryPoint]


@dataclasses.dataclass(frozen=True)
class Sight:
    """What a project shows of its cloud, read once for the whole plan."""

    servers: collections.abc.Mapping[str, resource.Server]
    volumes: collections.abc.Mapping[str, resource.Volume]
    headroom: resource.Headroom


@dataclasses.dataclass(frozen=True)
class Due:
    """One task to foresee, and when it will begin."""

    ranked: rank_plan.Ranked
    moment: datetime.datetime
    in_recovery: bool = False  #: its server has an open recovery


@dataclasses.dataclass(frozen=True)
class Prospect:
    """What one task will do."""

    prune: tuple[plan.Prune, ...]  #: in the order in which they go
    take: tuple[ledger.Taken, ...] | None  #: None: the cloud could not be read
    limits: tuple[ledger.Limit, ...]
    needs: tuple[ledger.Need, ...]  #: of a recovery, afterwards
    hindrance: str  #: why it will take nothing now; empty: nothing is known
    unread: str  #: why the cloud could not be read; empty: it was


def foresee(
    dues: collections.abc.Sequence[Due],
    sights: collections.abc.Mapping[str, Sight | str],
    histories: collections.abc.Mapping[str, History],
    in_use: collections.abc.Set[str],
    refusals: int,
) -> list[Prospect]:
    """Foresee every task, in the order in which they are given.

    :param dues: in the order in which they will run
    :param sights: by project; text: why it could not be read
    :param histories: by protection; none: it has no point yet
    :param in_use: ids of points that a recovery or drill reads from
    :param refusals: removals Cinder may refuse before no further point goes
        ahead of a new one
    """
    books = {
        project_id: _Books(sight, refusals)
        for project_id, sight in sights.items()
        if isinstance(sight, Sight)
    }
    found = []
    for due in dues:
        task = due.ranked.candidate.task
        history = histories.get(task.protection_id, ())
        sight = sights[task.project_id]
        if isinstance(sight, Sight):
            book = books[task.project_id]
            found.append(_seen(due, history, book, in_use))
        else:
            found.append(_unseen(due, history, in_use, sight))
    return found


def _unseen(
    due: Due,
    history: History,
    in_use: collections.abc.Set[str],
    reason: str,
) -> Prospect:
    """Foresee what needs no cloud: the pruning."""
    goes = () if due.in_recovery else _pruned(due, history, (), in_use)
    return Prospect(goes, None, (), (), _in_recovery(due), reason)


def _in_recovery(due: Due) -> str:
    return 'a recovery of the server is open' if due.in_recovery else ''


class _Books:
    """A project's sight, and its ledger as the plan goes on."""

    def __init__(self, sight: Sight, refusals: int) -> None:
        self.sight = sight
        self.refusals = refusals
        self.settled = ledger.Ledger(
            sight.headroom
        )  #: all is taken and pruned
        self._busy = self.settled.copy()  #: taken, and nothing pruned yet
        self._moment: datetime.datetime | None = None

    def at(self, moment: datetime.datetime) -> ledger.Ledger:
        """Give what a task that begins then finds."""
        if moment != self._moment:
            self._moment = moment
            self._busy = self.settled.copy()
        return self._busy

    def taken(self, server: resource.Server) -> list[ledger.Taken]:
        """Give the volumes of a server that are to be seen."""
        seen = self.sight.volumes
        return sorted(
            (
                _taken(seen[each.volume_id])
                for each in server.attached
                if each.volume_id in seen
            ),
            key=lambda each: (each.name, each.volume_id),
        )

    def members(self, point: model.RecoveryPoint) -> list[ledger.Taken]:
        """Give what comes free when a point goes."""
        return [
            ledger.Taken(member.volume_id, '', member.size, member.volume_type)
            for member in point.members
        ]


def _taken(volume: resource.Volume) -> ledger.Taken:
    return ledger.Taken(
        volume.id, volume.name, volume.size, volume.volume_type
    )


def _seen(
    due: Due,
    history: History,
    books: _Books,
    in_use: collections.abc.Set[str],
) -> Prospect:
    protection = due.ranked.candidate.protection
    server = books.sight.servers.get(protection.server_id)
    if server is None:
        absent = f'server {protection.server_id} is not in the project\'s list'
        return _unseen(due, history, in_use, absent)
    take = books.taken(server)
    before = books.settled.copy()
    hindrance = _in_recovery(due) or _refusal(server, take)
    goes: tuple[plan.Prune, ...] = ()
    if not hindrance:
        hindrance, goes = _run(due, history, books, take, in_use)
    return Prospect(
        goes,
        tuple(take),
        books.settled.limits(before),
        books.settled.needs(take),
        hindrance,
        '',
    )


def _refusal(
    server: resource.Server, take: collections.abc.Sequence[ledger.Taken]
) -> str:
    """Say why no point of this server will be taken; empty: one will."""
    if server.status == 'ERROR':
        return f'server {server.id} is in ERROR: {server.fault or "no reason"}'
    if not take:
        return f'server {server.id} has no volume attached'
    if len(take) < len(server.attached):
        return (
            f'a volume of server {server.id} is not to be seen in its project'
        )
    return ''


def _run(
    due: Due,
    history: History,
    books: _Books,
    take: collections.abc.Sequence[ledger.Taken],
    in_use: collections.abc.Set[str],
) -> tuple[str, tuple[plan.Prune, ...]]:
    """Take and prune in the books; gives why not, and what goes."""
    busy = books.at(due.moment)
    by_id = {point.id: point for point in history}
    candidate = due.ranked.candidate
    held = victim.Held(in_use, candidate.failures, books.refusals)
    first: list[plan.Prune] = []
    left = list(history)
    while True:
        coming = _coming(due, take, left)
        room = victim.make_room(
            left, coming, busy.headroom(), candidate.policy.quota, held
        )
        if room.enough or room.prune is None:
            break
        first.append(room.prune)
        left.remove(by_id[room.prune.point_id])
        busy.count(books.members(by_id[room.prune.point_id]), -1)
    if not room.enough:
        return room.reason, ()
    busy.count(take, 1)
    books.settled.count(take, 1)
    goes = (*first, *_pruned(due, left, take, in_use))
    for each in goes:
        books.settled.count(books.members(by_id[each.point_id]), -1)
    return '', goes


def _pruned(
    due: Due,
    history: History,
    take: collections.abc.Sequence[ledger.Taken],
    in_use: collections.abc.Set[str],
) -> tuple[plan.Prune, ...]:
    """Choose as if the run had just made one more good point."""
    coming = _coming(due, take, history)
    quota = due.ranked.candidate.policy.quota
    return tuple(plan.prune([*history, coming], quota, due.moment, in_use))


def _coming(
    due: Due,
    take: collections.abc.Sequence[ledger.Taken],
    history: History,
) -> model.RecoveryPoint:
    """Describe the point as it will be once it is good."""
    task, protection = (
        due.ranked.candidate.task,
        due.ranked.candidate.protection,
    )
    return model.RecoveryPoint(
        id=task.id,
        project_id=task.project_id,
        protection_id=protection.id,
        business_id=protection.business_id,
        task_id=task.id,
        sequence=max((p.sequence for p in history), default=0) + 1,
        status=model.PointStatus.GOOD,
        server_id=protection.server_id,
        image_id=protection.image_id,
        flavor_id='',
        members=tuple(_member(each) for each in take),
        reason='',
        scheduled_at=task.scheduled_at,
        created_at=due.moment,
        completed_at=due.moment,
        not_before=None,
        labels=task.labels,
    )


def _member(of: ledger.Taken) -> model.Member:
    return model.Member(
        id=of.volume_id,
        volume_id=of.volume_id,
        size=of.size,
        volume_type=of.volume_type,
        device='',
        tag=None,
        delete_on_termination=False,
        snapshot_id=None,
    )
