"""Choose which tasks may begin beside what is under way. Pure.

A snapshot that is being made counts for the whole service, for its project
and for its volume type. The type stands for the backend: an owner's token
sees no more of where a volume lies.
"""

import collections
import collections.abc
import dataclasses
import typing

Scope = tuple[str, str]  #: ('all', ''), ('project', id) or ('type', name)
ALL: typing.Final = ('all', '')


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How many snapshots may be in the making at once."""

    overall: int
    project: int  #: of one project
    volume_type: int  #: of one type, in all projects together


@dataclasses.dataclass(frozen=True)
class Wish:
    """A task and the snapshots it would have made."""

    task_id: str
    project_id: str
    types: tuple[str | None, ...]  #: one a volume; None: it is not known


def load(wishes: collections.abc.Iterable[Wish]) -> dict[Scope, int]:
    """Count what these have in the making, by scope."""
    found: collections.Counter[Scope] = collections.Counter()
    for wish in wishes:
        found.update(_wanted(wish))
    return dict(found)


def is_full(
    under_way: collections.abc.Mapping[Scope, int], bounds: Bounds
) -> bool:
    """Say whether nothing at all may begin, whosesoever it is."""
    return under_way.get(ALL, 0) >= bounds.overall


def admit(
    wishes: collections.abc.Iterable[Wish],
    under_way: collections.abc.Mapping[Scope, int],
    bounds: Bounds,
) -> list[str]:
    """Give the tasks that may begin now, in their order.

    One that finds its scope full waits, and so does all behind it in that
    scope: a small one that went ahead again and again would starve a large
    one. What is larger than a bound by itself begins once it is alone.

    :param wishes: the one to run first in front
    """
    counted = collections.Counter(under_way)
    closed: set[Scope] = set()
    admitted = []
    for wish in wishes:
        wanted = _wanted(wish)
        closed |= {
            scope
            for scope, count in wanted.items()
            if counted[scope]
            and counted[scope] + count > _bound(scope, bounds)
        }
        if closed.isdisjoint(wanted):
            admitted.append(wish.task_id)
            counted.update(wanted)
        if ALL in closed:
            break
    return admitted


def _wanted(wish: Wish) -> collections.Counter[Scope]:
    wanted: collections.Counter[Scope] = collections.Counter()
    if wish.types:
        wanted[ALL] = wanted['project', wish.project_id] = len(wish.types)
    wanted.update(('type', name) for name in wish.types if name is not None)
    return wanted


def _bound(scope: Scope, bounds: Bounds) -> int:
    by_kind = {'all': bounds.overall, 'project': bounds.project}
    return by_kind.get(scope[0], bounds.volume_type)
