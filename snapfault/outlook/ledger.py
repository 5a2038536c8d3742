"""What Cinder's limits leave of a project, as runs take and prune. Pure."""

import collections
import collections.abc
import dataclasses

from snapfault import resource


@dataclasses.dataclass(frozen=True)
class Taken:
    """A volume that would be captured."""

    volume_id: str
    name: str
    size: int  #: GiB
    volume_type: str | None


@dataclasses.dataclass(frozen=True)
class Limit:
    """What one limit of Cinder leaves; None: there is no such limit."""

    volume_type: str | None  #: None: of all types together
    what: str  #: 'snapshots', 'gigabytes' or 'volumes'
    before: int | None
    after: int | None  #: once the new point is good and the old are gone


@dataclasses.dataclass(frozen=True)
class Need:
    """What a recovery from the new point would take of one limit."""

    volume_type: str | None
    what: str
    needed: int
    left: int | None

    @property
    def is_met(self) -> bool:
        """Say whether there is room."""
        return self.left is None or self.left >= self.needed


class Ledger:
    """What Cinder's limits leave of a project, as tasks take and prune."""

    def __init__(self, headroom: resource.Headroom) -> None:
        """Begin with what was read."""
        self._left: dict[tuple[str | None, str], int | None] = {
            (None, 'snapshots'): headroom.snapshots,
            (None, 'gigabytes'): headroom.gigabytes,
            (None, 'volumes'): headroom.volumes,
        }
        for name, room in sorted(headroom.types.items()):
            self._left[name, 'snapshots'] = room.snapshots
            self._left[name, 'gigabytes'] = room.gigabytes

    def count(self, sizes: collections.abc.Iterable[Taken], sign: int) -> None:
        """Take snapshots of so large volumes, or give them back."""
        for each in sizes:
            for key, by in _counts(each, 'snapshots').items():
                left = self._left.get(key)
                if left is not None:
                    self._left[key] = left - sign * by

    def headroom(self) -> resource.Headroom:
        """Give what is left in the form in which it is read."""
        types = {name for name, _ in self._left if name is not None}
        return resource.Headroom(
            snapshots=self._left[None, 'snapshots'],
            volumes=self._left[None, 'volumes'],
            gigabytes=self._left[None, 'gigabytes'],
            types={
                name: resource.TypeRoom(
                    self._left[name, 'snapshots'],
                    self._left[name, 'gigabytes'],
                )
                for name in types
            },
        )

    def copy(self) -> 'Ledger':
        """Give one that goes its own way from here."""
        return Ledger(self.headroom())

    def limits(self, before: 'Ledger') -> tuple[Limit, ...]:
        """Tell what was left and what is now."""
        return tuple(
            Limit(*key, before._left[key], left)
            for key, left in self._left.items()
        )

    def needs(
        self, sizes: collections.abc.Sequence[Taken]
    ) -> tuple[Need, ...]:
        """Tell what a recovery of so large volumes would need.

        A clone of each, and before it a snapshot of the damaged one.
        """
        needed: collections.Counter[tuple[str | None, str]]
        needed = collections.Counter()
        for each in sizes:
            needed.update(_counts(each, 'volumes'))
            needed.update(_counts(each, 'snapshots'))
        return tuple(
            Need(*key, count, self._left[key])
            for key, count in sorted(needed.items(), key=str)
            if key in self._left
        )


def _counts(of: Taken, what: str) -> dict[tuple[str | None, str], int]:
    """Give what one more counts, of its type too."""
    counts: dict[tuple[str | None, str], int]
    counts = {(None, what): 1, (None, 'gigabytes'): of.size}
    if of.volume_type is not None:
        counts[of.volume_type, what] = 1
        counts[of.volume_type, 'gigabytes'] = of.size
    return counts
