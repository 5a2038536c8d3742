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


class Gate:
    """Lets through what may begin, the one to run first in front.

    One that finds its scope full waits, and so do all behind it in that
    scope: a small one that went ahead again and again would starve a large
    one. What is larger than a bound by itself begins once it is alone.
    """

    def __init__(
        self, under_way: collections.abc.Mapping[Scope, int], bounds: Bounds
    ) -> None:
        """Begin with what is under way, see :func:`load`."""
        self._counted = collections.Counter(under_way)
        self._bounds = bounds
        self._closed = {
            scope
            for scope, count in self._counted.items()
            if count >= _bound(scope, bounds)
        }

    def is_closed(self, project_id: str | None = None) -> bool:
        """Say whether nobody, or nobody of the project, gets through."""
        return ALL in self._closed or ('project', project_id) in self._closed

    def left(self) -> int:
        """Say how many more snapshots get through at most."""
        return max(self._bounds.overall - self._counted[ALL], 0)

    def admits(self, wish: Wish) -> bool:
        """Let a task through and count it, or let it wait."""
        wanted = _wanted(wish)
        self._closed |= {
            scope
            for scope, count in wanted.items()
            if self._counted[scope]
            and self._counted[scope] + count > _bound(scope, self._bounds)
        }
        if not self._closed.isdisjoint(wanted):
            return False
        self._counted.update(wanted)
        return True


def _wanted(wish: Wish) -> collections.Counter[Scope]:
    wanted: collections.Counter[Scope] = collections.Counter()
    if wish.types:
        wanted[ALL] = wanted['project', wish.project_id] = len(wish.types)
    wanted.update(('type', name) for name in wish.types if name is not None)
    return wanted


def _bound(scope: Scope, bounds: Bounds) -> int:
    by_kind = {'all': bounds.overall, 'project': bounds.project}
    return by_kind.get(scope[0], bounds.volume_type)
