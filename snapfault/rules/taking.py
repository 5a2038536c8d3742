"""What a point is made of, and which servers are protected."""

import collections.abc
import dataclasses
import enum

from snapfault.rules import schedule


class Level(enum.StrEnum):
    """How the members of a point go together in time."""

    CRASH = 'crash'  #: one after another, at once; as after a power cut
    GROUP = 'group'  #: one moment, by a consistent group snapshot of Cinder
    STOPPED = 'stopped'  #: the server is stopped meanwhile


class OrElse(enum.StrEnum):
    """What becomes of a point that cannot have the level asked for."""

    FAIL = 'fail'
    DEGRADE = 'degrade'  #: it is taken at ``crash`` and says so


@dataclasses.dataclass(frozen=True)
class Consistency:
    """What a recovery point is made of, and how."""

    level: Level = Level.CRASH
    or_else: OrElse = OrElse.DEGRADE
    root_image: bool = False  #: with a Nova image of the root disk
    #: When a server may be stopped; needed by, and only by, ``stopped``.
    maintenance: tuple[schedule.Window, ...] = ()


@dataclasses.dataclass(frozen=True)
class Selector:
    """Which servers of the policy's project it protects by itself.

    All that is named must hold; one that names nothing selects nothing.
    """

    metadata: collections.abc.Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    tags: tuple[str, ...] = ()
