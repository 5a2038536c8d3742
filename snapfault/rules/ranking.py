"""What load means."""

import dataclasses
import enum


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
