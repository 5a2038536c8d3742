"""The table of recovery points, in memory, with the rules of the real one."""

import dataclasses
import datetime

from snapfault import errors
from snapfault import model
from snapfault import moves

Status = model.PointStatus


class Table:
    """What :mod:`snapfault.db.points` promises, of one service."""

    def __init__(self) -> None:
        """Begin without a point."""
        self.rows: dict[str, model.RecoveryPoint] = {}
        self.in_use: set[str] = set()  #: points that open recoveries read
        self._made = 0

    def create(self, point: model.RecoveryPoint) -> model.RecoveryPoint:
        """Add a point; the table gives the sequence."""
        self._made += 1
        made = dataclasses.replace(point, sequence=self._made)
        self.rows[made.id] = made
        return made

    def history(self) -> list[model.RecoveryPoint]:
        """Give what is not deleted."""
        return list(self.rows.values())

    def good(self) -> list[model.RecoveryPoint]:
        """Give the good points."""
        return [p for p in self.rows.values() if p.status is Status.GOOD]

    def move(
        self,
        point: model.RecoveryPoint,
        status: model.PointStatus,
        now: datetime.datetime,
        **changes: object,
    ) -> model.RecoveryPoint:
        """Move a point on, by compare-and-swap.

        :raises Conflict: another moved it, or it is one that stays
        """
        row = self.rows.get(point.id)
        if row is None or row.status is not point.status:
            raise errors.Conflict('another was sooner')
        if status is not row.status and status not in moves.POINT[row.status]:
            raise errors.Conflict('no such move')
        if status is Status.DELETING and row.status is not status:
            self._check_goes(row)
        if status is Status.GOOD:
            changes['completed_at'] = now
        moved = dataclasses.replace(row, status=status, **changes)
        if status is Status.DELETED:
            del self.rows[row.id]
        else:
            self.rows[row.id] = moved
        return moved

    def _check_goes(self, row: model.RecoveryPoint) -> None:
        if row.pinned or row.id in self.in_use:  # as point_guards.may_go
            raise errors.Conflict('pinned, or a recovery reads from it')
        if [each.id for each in self.good()] == [row.id]:
            raise errors.Conflict('the last good one')

    def record(self, point_id: str, seen: dict[str, str]) -> None:
        """Note which snapshots are whose; the first note stays."""
        row = self.rows[point_id]
        self.rows[point_id] = dataclasses.replace(
            row,
            members=tuple(
                dataclasses.replace(
                    each, snapshot_id=each.snapshot_id or seen.get(each.id)
                )
                for each in row.members
            ),
        )

    def count_delete(self, point_id: str, member_ids: set[str]) -> None:
        """Note that deletes of these members' snapshots are asked for."""
        row = self.rows[point_id]
        self.rows[point_id] = dataclasses.replace(
            row,
            members=tuple(
                dataclasses.replace(
                    each,
                    delete_attempts=each.delete_attempts
                    + (each.id in member_ids),
                )
                for each in row.members
            ),
        )

    def pin(self, point: model.RecoveryPoint, pinned: bool) -> None:
        """Pin a good point, or unpin it."""
        row = self.rows[point.id]
        if row.status is Status.GOOD or not pinned:
            self.rows[point.id] = dataclasses.replace(row, pinned=pinned)
