"""Reckon with what Cinder's limits leave. Pure.

One reading serves all tasks that begin within its life, so what they take
is subtracted from it: their creates are under way at once, and Cinder would
refuse the last of them.
"""

import collections
import collections.abc
import dataclasses
import typing

from snapfault import resource


class Sized(typing.Protocol):
    """What takes room: a member to be, or a volume."""

    @property
    def size(self) -> int:
        """In GiB; a snapshot counts with all of its volume's."""

    @property
    def volume_type(self) -> str | None:
        """Whose limits count as well; None: it is not known."""


@dataclasses.dataclass(frozen=True)
class Lack:
    """One limit that leaves too little for what is wanted."""

    volume_type: str | None  #: None: the limit is of all types together
    in_gigabytes: bool  #: or in snapshots
    left: int
    needed: int

    def relief(self, sized: collections.abc.Iterable[Sized]) -> int:
        """Say how much of it comes free when snapshots of these go."""
        own = _of_type(sized, self.volume_type)
        return sum(s.size for s in own) if self.in_gigabytes else len(own)

    @property
    def reason(self) -> str:
        """Say what is lacking, for people."""
        whose = (
            'the project'
            if self.volume_type is None
            else f'volume type {self.volume_type}'
        )
        what = 'GiB more' if self.in_gigabytes else 'more snapshots'
        return (
            f'{whose} has room for {max(self.left, 0)} {what} and'
            f' {self.needed} are needed'
        )


def lacking(
    wanted: collections.abc.Collection[Sized], headroom: resource.Headroom
) -> list[Lack]:
    """Give each of Cinder's limits that leaves too little for these."""
    found = []
    rooms: list[tuple[str | None, resource.Headroom | resource.TypeRoom]]
    rooms = [(None, headroom), *sorted(headroom.types.items())]
    for volume_type, room in rooms:
        own = _of_type(wanted, volume_type)
        for in_gigabytes, left in (
            (False, room.snapshots),
            (True, room.gigabytes),
        ):
            needed = sum(s.size for s in own) if in_gigabytes else len(own)
            if left is not None and own and left < needed:
                found.append(Lack(volume_type, in_gigabytes, left, needed))
    return found


def _of_type(
    sized: collections.abc.Iterable[Sized], volume_type: str | None
) -> list[Sized]:
    """Choose those of a type; None: all."""
    return [
        each
        for each in sized
        if volume_type is None or each.volume_type == volume_type
    ]


def less(
    headroom: resource.Headroom, taken: collections.abc.Collection[Sized]
) -> resource.Headroom:
    """Give what is left once these are taken."""
    by_type = _by_type(taken)
    return dataclasses.replace(
        headroom,
        snapshots=_minus(headroom.snapshots, len(taken)),
        gigabytes=_minus(headroom.gigabytes, sum(s.size for s in taken)),
        types={
            name: resource.TypeRoom(
                _minus(room.snapshots, len(by_type[name])),
                _minus(room.gigabytes, sum(s.size for s in by_type[name])),
            )
            for name, room in headroom.types.items()
        },
    )


def _by_type(
    sized: collections.abc.Iterable[Sized],
) -> dict[str, list[Sized]]:
    found: dict[str, list[Sized]] = collections.defaultdict(list)
    for each in sized:
        if each.volume_type is not None:
            found[each.volume_type].append(each)
    return found


def _minus(room: int | None, count: int) -> int | None:
    return None if room is None else room - count
