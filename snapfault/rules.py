"""The preset rules of a policy, as frozen values.

Standard library only. Durations are whole seconds, sizes whole GiB, times of
day are read in the zone beside them, which is a name of the IANA database.
"""

import collections.abc
import dataclasses
import datetime
import enum
import typing

#: What a schedule is called that nobody named.
LABEL: typing.Final = 'default'


@dataclasses.dataclass(frozen=True)
class Schedule:
    """When runs fall due: exactly one of ``interval`` and ``cron`` is set."""

    label: str = LABEL  #: unique in its policy; the quota may have its own
    interval: int | None = None  #: seconds; falls on multiples since the epoch
    cron: str | None = None  #: five fields, read in ``time_zone``
    time_zone: str = 'UTC'  #: an interval does not heed it


class Weekday(enum.StrEnum):
    """A day of the week, Monday first as in ``date.weekday()``."""

    MONDAY = 'mon'
    TUESDAY = 'tue'
    WEDNESDAY = 'wed'
    THURSDAY = 'thu'
    FRIDAY = 'fri'
    SATURDAY = 'sat'
    SUNDAY = 'sun'


@dataclasses.dataclass(frozen=True)
class Window:
    """A span of wall-clock time that comes again each week.

    One whose end is not after its begin ends on the following day.
    """

    begin: datetime.time
    end: datetime.time  #: the first moment outside
    days: tuple[Weekday, ...] = tuple(Weekday)  #: on which it begins
    time_zone: str = 'UTC'


class CatchUp(enum.StrEnum):
    """What becomes of runs that were missed while nobody looked."""

    ONE = 'one'  #: they collapse to one run, at once
    NONE = 'none'  #: they are let go; the next run is the next occurrence


@dataclasses.dataclass(frozen=True)
class Tiers:
    """How many periods keep one point each, the first one made in it.

    A point is of the period in which it was asked for. The most recent
    periods that have a good point count, empty ones are skipped. 0: the tier
    keeps nothing; tiers that are all 0 are as none.
    """

    hourly: int = 0
    daily: int = 0
    weekly: int = 0  #: weeks begin on Monday, as in ISO 8601
    monthly: int = 0
    yearly: int = 0
    time_zone: str = 'UTC'  #: where days, weeks, months and years begin


@dataclasses.dataclass(frozen=True)
class Limits:
    """Which good points are kept; nothing set keeps every one."""

    count: int | None = None  #: the newest so many; at least 1
    #: Of the members together of all points kept under these limits, those
    #: that stay in any case first, then the newest. A point that does not fit
    #: lets nothing older fit.
    gigabytes: int | None = None
    #: Seconds since a point, or one that was made before it, was complete.
    age: int | None = None
    tiers: Tiers | None = None


@dataclasses.dataclass(frozen=True)
class Quota(Limits):
    """Which good points a protection keeps.

    A point is kept by the first of these that holds: it is the newest good
    one; it is pinned, or a recovery reads from it; it is among the
    ``minimum`` newest; and, unless it is past ``age`` or ``gigabytes``, it
    is among the ``count`` newest or a tier's; where neither ``count`` nor
    ``tiers`` is set, every point is, up to ``age`` and ``gigabytes``.
    """

    minimum: int = 1  #: kept whatever age and gigabytes say; at least 1
    #: Limits of their own for the points of one schedule's label; the points
    #: of other labels, and those a person asked for, are under the ones
    #: above. A point of several labels stays if any of them keeps it.
    labels: collections.abc.Mapping[str, Limits] = dataclasses.field(
        default_factory=dict
    )


@dataclasses.dataclass(frozen=True)
class Metric:
    """A measured quantity of a server.

    ``name`` and ``aggregation`` are Gnocchi's, with two kinds of our own:
    ``cpu_util``, per cent of all the server's virtual CPUs, which is derived
    from the cumulative ``cpu``; and ``disk.device.*`` with ``.rate`` after
    it, what all disks of the server count per second.
    """

    name: str
    aggregation: str = 'mean'


@dataclasses.dataclass(frozen=True)
class Threshold:
    """A bound on a metric: exactly one of ``over`` and ``under`` is set.

    In the metric's own unit, positive. The service is loaded beyond it.
    """

    metric: Metric
    over: float | None = None
    under: float | None = None  #: as for free memory, or answers per second
    margin: float = 0.0  #: in the metric's unit; loaded that much sooner


class Posture(enum.StrEnum):
    """How load over a threshold is read."""

    RISK = 'risk'  #: likelier to fail: capture it sooner
    CALM = 'calm'  #: capture it when it hurts least: later


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
    maintenance: tuple[Window, ...] = ()


@dataclasses.dataclass(frozen=True)
class Selector:
    """Which servers of the policy's project it protects by itself.

    All that is named must hold; one that names nothing selects nothing.
    """

    metadata: collections.abc.Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class RecoveryRules:
    """What may happen to a protected server without a person."""

    automatic: bool = False  #: recover by itself on a service fault
    margin: int = 60  #: seconds; a point must be older than the fault by it


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """All that a policy presets."""

    schedules: tuple[Schedule, ...]  #: at least one
    quota: Quota
    blackouts: tuple[Window, ...] = ()  #: no run begins within one
    deadline: int | None = None  #: seconds to begin in, else it is missed
    stagger: int = 0  #: seconds over which protections are spread
    catch_up: CatchUp = CatchUp.ONE
    paused: bool = False  #: nothing falls due
    selector: Selector | None = None
    thresholds: tuple[Threshold, ...] = ()
    posture: Posture = Posture.RISK
    priority: int = 0  #: a static class, -100 to 100; larger runs sooner
    multipliers: collections.abc.Mapping[str, float] = dataclasses.field(
        default_factory=dict
    )  #: by weigher's name
    #: What absent data weighs on the common scale, 0 to 1; None: neutral.
    unknown: float | None = None
    rpo: int | None = None  #: seconds a good point may age; None: no deadline
    consistency: Consistency = Consistency()
    recovery: RecoveryRules = RecoveryRules()
