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


def shortage(
    wanted: collections.abc.Collection[Sized], headroom: resource.Headroom
) -> str:
    """Name what Cinder's limits lack for these; empty: nothing."""
    short = _short('the project', wanted, headroom)
    if short:
        return short
    for name, of_type in sorted(_by_type(wanted).items()):
        room = headroom.types.get(name)
        if room is not None:
            short = _short(f'volume type {name}', of_type, room)
            if short:
                return short
    return ''


def _short(
    whose: str,
    wanted: collections.abc.Collection[Sized],
    room: resource.Headroom | resource.TypeRoom,
) -> str:
    size = sum(each.size for each in wanted)
    if room.snapshots is not None and room.snapshots < len(wanted):
        return (
            f'{whose} has room for {max(room.snapshots, 0)} more snapshots'
            f' and {len(wanted)} are needed'
        )
    if room.gigabytes is not None and room.gigabytes < size:
        return (
            f'{whose} has room for {max(room.gigabytes, 0)} GiB more and'
            f' {size} are needed'
        )
    return ''


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
