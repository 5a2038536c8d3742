"""Live through histories that nobody would want, a step at a time, fast.

What decides is the real code: ``plan``, ``retain``, ``victim`` and ``settle``
of :mod:`snapfault.snapshot`. What it decides upon is in memory. All that is
random comes from one seed; a history that breaks the promise can be had again.
"""

from collections import abc
import dataclasses
import datetime
import itertools
import random
import typing

from snapfault import errors
from snapfault import model
from snapfault.snapshot import plan
from snapfault.snapshot import settle
from snapfault.snapshot import victim
from tests import build
from tests.functional.retention import cloud as clouds
from tests.functional.retention import quotas
from tests.functional.retention import table as tables

LIMIT = datetime.timedelta(minutes=10)
EARLIEST = build.NOW.replace(year=1980)
LATEST = build.NOW.replace(year=2090)
Status = model.PointStatus


@dataclasses.dataclass
class Result:
    """What was lived through."""

    seed: int
    steps: int = 0
    histories: int = 0
    good: int = 0  #: points that became good
    pruned: int = 0  #: good points that the quota let go
    made_room: int = 0  #: good points that went ahead of a new one
    deleted: int = 0  #: good points that a person had removed
    conflicts: int = 0  #: moves that the table refused
    left_alone: int = 0  #: times only the table's guard kept the last one
    lost_by_person: int = 0  #: times a person took the last one's snapshots
    violations: list[str] = dataclasses.field(default_factory=list)


class Broken(Exception):
    """The promise does not hold; says how."""


class History:
    """One service's points, its two workers, and all that befalls them."""

    def __init__(self, seed: int, result: Result) -> None:
        """Begin without a point."""
        self.seed = seed
        self.chance = random.Random(seed)
        self.result = result
        self.now = build.NOW
        self.table = tables.Table()
        self.cloud = clouds.Cloud(self.chance)
        self.quota = quotas.any_quota(self.chance)
        self.has_had_one = False
        self.failures = 0
        self.spoilt: set[str] = set()  #: points whose snapshots a person took
        self.trace: list[str] = []
        self._runs = itertools.count(1)
        #: What a worker has chosen and, slow or dead, not yet sent off.
        self._chosen: list[tuple[list[model.RecoveryPoint], list]] = []

    def step(self) -> None:
        """Let one thing happen, and look whether the promise holds.

        :raises Broken: it does not
        """
        (name,) = self.chance.choices(NAMES, WEIGHTS)
        self.trace.append(name)
        getattr(self, name)()
        self._check()

    def pass_time(self) -> None:
        """Let minutes or days go by."""
        self._set_clock(self.chance.choice((60, 600, 3600, 86400, 864000)))

    def jump_clock(self) -> None:
        """Set the clock wrong, or right again."""
        far = self.chance.choice((7200, 86400, 40_000_000, 900_000_000))
        self._set_clock(self.chance.choice((-far, far)))

    def _set_clock(self, seconds: int) -> None:
        moved = self.now + datetime.timedelta(seconds=seconds)
        self.now = min(max(moved, EARLIEST), LATEST)

    def go_on(self) -> None:
        """Let Cinder work."""
        self.cloud.go_on()

    def mend(self) -> None:
        """Let an admin mend what hangs."""
        self.cloud.mend()

    def change_limits(self) -> None:
        """Let an admin set other limits in Cinder."""
        self.cloud.change_limits()

    def change_quota(self) -> None:
        """Let a person set other rules."""
        self.quota = quotas.any_quota(self.chance)

    def pin(self) -> None:
        """Let a person pin a point."""
        self._pin(True)

    def unpin(self) -> None:
        """Let a person unpin a point."""
        self._pin(False)

    def _pin(self, pinned: bool) -> None:
        if self.table.rows:
            point = self.chance.choice(list(self.table.rows.values()))
            self.table.pin(point, pinned)

    def begin_recovery(self) -> None:
        """Let a recovery read from a good point."""
        if good := self.table.good():
            self.table.in_use.add(self.chance.choice(good).id)

    def end_recovery(self) -> None:
        """Let all recoveries end."""
        self.table.in_use.clear()

    def delete_by_hand(self) -> None:
        """Let a person ask that a point be removed."""
        whole = (Status.GOOD, Status.LOST)
        rows = [p for p in self.table.rows.values() if p.status in whole]
        if rows:
            point = self.chance.choice(rows)
            counted = point.status is Status.GOOD
            if self._leave(point, 'by hand') and counted:
                self.result.deleted += 1

    def take_snapshot_away(self) -> None:
        """Let a person delete a snapshot behind our back."""
        if self.cloud.snapshots:
            key = self.chance.choice(list(self.cloud.snapshots))
            snapshot = self.cloud.snapshots.pop(key)
            self.spoilt.add(snapshot.metadata[plan.resource.POINT])

    def notice_loss(self) -> None:
        """Call lost what a person took away."""
        for point in self.table.good():
            if point.id in self.spoilt:
                self.table.move(point, Status.LOST, self.now)
        if self.has_had_one and not self.table.good():
            self.result.lost_by_person += 1
            self.has_had_one = False

    def take(self) -> None:
        """Let a worker begin a run, and perhaps die in it."""
        chance = self.chance
        run = next(self._runs)
        disks = [
            (
                build.attachment(number),
                build.volume(
                    number,
                    size=chance.randint(1, 3),
                    volume_type=chance.choice(clouds.TYPES),
                ),
            )
            for number in range(1, chance.choice((1, 1, 2, 3)) + 1)
        ]
        labels = chance.sample(quotas.LABELS, chance.choice((0, 1, 1, 2)))
        task = build.task(id=f'task-{run}', labels=tuple(labels))
        coming = plan.new_point(task, PROTECTION, SERVER, disks, self.now)
        if self._has_room(coming):
            self._ask(self.table.create(coming), disks)

    def _has_room(self, coming: model.RecoveryPoint) -> bool:
        view = self.table.history()
        held = victim.Held(frozenset(self.table.in_use), self.failures, 2)
        found = victim.make_room(
            view, coming, self.cloud.headroom(), self.quota, held
        )
        if found.prune is not None:
            self._check_choice(view, [found.prune])
            self.result.made_room += self._send_off(view, [found.prune])
        return found.enough

    def _ask(self, point: model.RecoveryPoint, disks: list) -> None:
        """Ask for the snapshots; any call may be the worker's last."""
        failed = False
        for member, (_, volume) in zip(point.members, disks, strict=True):
            if self._dies():
                return  # the row is there, the snapshot is not
            try:
                made = self.cloud.create(
                    volume, plan.metadata(point, member), self.now
                )
            except errors.QuotaExceeded:
                failed = True
                continue
            if self._dies():
                return  # the snapshot is there, the row knows it not
            self.table.record(point.id, {member.id: made})
        if failed:
            self._fail(point, 'over the limit')

    def _dies(self) -> bool:
        return self.chance.random() < 0.03

    def _fail(self, point: model.RecoveryPoint, reason: str) -> None:
        self.failures += 1
        self.table.move(point, Status.FAILED, self.now, reason=reason)

    def settle(self) -> None:
        """Let a worker look at what is unfinished, and perhaps die in it."""
        found = settle.by_marker(self.cloud.snapshots.values())
        for point in self.table.history():
            if point.status in (Status.GOOD, Status.LOST):
                continue
            if point.not_before is not None and point.not_before > self.now:
                continue
            if point.id in self.table.in_use:
                continue
            if self._dies():
                return
            if point.status is Status.CREATING:
                self._settle_making(point, found)
            else:
                self._settle_removal(point, found)

    def _settle_making(self, point: model.RecoveryPoint, found: dict) -> None:
        state = settle.making(point, found, self.now, LIMIT)
        self.table.record(point.id, dict(state.seen))
        if state.failed:
            self._fail(point, state.failed)
        elif state.done:
            self.table.move(point, Status.GOOD, self.now)
            self.has_had_one = True
            self.failures = 0
            self.result.good += 1
            self.prune()

    def prune(self) -> None:
        """Let a worker choose what goes, and send it off now or later."""
        view = self.table.history()
        chosen = plan.prune(
            view, self.quota, self.now, frozenset(self.table.in_use)
        )
        self._check_choice(view, chosen)
        if chosen and self.chance.random() < 0.15:
            self._chosen.append((view, chosen))
        else:
            self.result.pruned += self._send_off(view, chosen)

    def prune_late(self) -> None:
        """Let the other worker send off what it chose long ago."""
        if self._chosen:
            chosen = self._chosen.pop(self.chance.randrange(len(self._chosen)))
            self.result.pruned += self._send_off(*chosen)

    def _send_off(
        self,
        view: abc.Iterable[model.RecoveryPoint],
        chosen: abc.Iterable[plan.Prune],
    ) -> int:
        """Send off what was chosen; gives how many went."""
        by_id = {point.id: point for point in view}
        gone = 0
        for each in chosen:
            if self._dies():
                break
            gone += self._leave(by_id[each.point_id], each.reason)
        return gone

    def _leave(self, point: model.RecoveryPoint, reason: str) -> bool:
        """Move a point to ``deleting``, if the table lets it go."""
        try:
            self.table.move(point, Status.DELETING, self.now, reason=reason)
        except errors.Conflict as error:
            self.result.conflicts += 1
            self.result.left_alone += 'last good' in str(error)
            return False
        return True

    def _settle_removal(self, point: model.RecoveryPoint, found: dict) -> None:
        left = settle.removal(point, found, self.now)
        if left.done:
            self.table.move(point, Status.DELETED, self.now)
        elif left.refused and point.not_before is None:
            self.table.move(
                point,
                point.status,
                self.now,
                reason=left.refused,
                not_before=settle.retry_at(point, self.now),
            )
        elif left.ask:
            if point.not_before is not None:
                self.table.move(point, point.status, self.now, not_before=None)
            ids = {member.id for member, _ in left.ask}
            self.table.count_delete(point.id, ids)
            for _, snapshot in left.ask:
                if self._dies():
                    return
                self.cloud.delete(snapshot.id)

    def _check_choice(
        self,
        view: abc.Iterable[model.RecoveryPoint],
        chosen: abc.Iterable[plan.Prune],
    ) -> None:
        """Look that nothing was chosen that stays whatever the quota says."""
        good = sorted(
            (p for p in view if p.status is Status.GOOD),
            key=lambda point: point.sequence,
        )
        firm = {p.id: 'minimum' for p in good[-self.quota.minimum :]}
        firm |= {p.id: 'pinned' for p in good if p.pinned}
        firm |= dict.fromkeys(self.table.in_use, 'in use')
        firm |= {p.id: 'newest' for p in good[-1:]}
        ids = {point.id for point in good}
        for each in chosen:
            if each.point_id in firm:
                raise Broken(f'{firm[each.point_id]} point is chosen to go')
            if each.point_id not in ids:
                raise Broken('a point is chosen that is not good')
            if not each.reason:
                raise Broken('a point goes without a reason')

    def _check(self) -> None:
        """Look whether the service has what it ever had.

        :raises Broken: it has not
        """
        good = self.table.good()
        if self.has_had_one and not good:
            raise Broken('no good point is left')
        if any(
            self.table.rows[each].status is Status.DELETING
            for each in self.table.in_use
        ):
            raise Broken('a point goes that a recovery reads from')
        snapshots = self.cloud.snapshots
        for point in good:
            if point.id not in self.spoilt and not all(
                member.snapshot_id in snapshots
                and snapshots[member.snapshot_id].status == 'available'
                for member in point.members
            ):
                raise Broken('a good point misses a snapshot')


PROTECTION: typing.Final = build.protection()
SERVER: typing.Final = build.server()
#: What may happen, and how often against the others.
HAPPENS: typing.Final = {
    'take': 22,
    'go_on': 22,
    'settle': 22,
    'pass_time': 9,
    'prune': 4,
    'prune_late': 3,
    'delete_by_hand': 2,
    'pin': 1,
    'unpin': 2,
    'begin_recovery': 1.5,
    'end_recovery': 3,
    'change_quota': 1,
    'change_limits': 1,
    'mend': 1,
    'jump_clock': 1,
    'take_snapshot_away': 0.7,
    'notice_loss': 1,
}
NAMES: typing.Final = tuple(HAPPENS)
WEIGHTS: typing.Final = tuple(HAPPENS.values())


def simulate(
    steps: int,
    seed: int,
    progress: abc.Callable[[int], object] = lambda done: None,
    most_violations: int = 10,
) -> Result:
    """Live through so many steps, in histories of up to 300 each.

    :param progress: told now and then how many steps are done
    """
    result = Result(seed)
    chance = random.Random(seed)
    while result.steps < steps and len(result.violations) < most_violations:
        history = History(chance.randrange(2**63), result)
        result.histories += 1
        for _ in range(min(chance.randint(1, 300), steps - result.steps)):
            result.steps += 1
            try:
                history.step()
            except Broken as broken:
                result.violations.append(
                    f'{broken}, in history {history.seed} after'
                    f' {", ".join(history.trace[-12:])}'
                )
                break
        progress(result.steps)
    return result
