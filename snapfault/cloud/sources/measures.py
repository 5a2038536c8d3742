"""Turn series of aggregated points into the one value that counts. Pure."""

from collections import abc
import datetime
import math
import typing

from snapfault import model


class Point(typing.NamedTuple):
    """One interval of a series, and what its samples aggregate to."""

    started_at: datetime.datetime
    granularity: float  #: the interval's length in seconds
    value: float

    @property
    def ended_at(self) -> datetime.datetime:
        """When the interval was over."""
        return self.started_at + datetime.timedelta(seconds=self.granularity)


def newest(
    points: abc.Iterable[Point],
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> model.Measure | None:
    """Give the newest value, of the finest granularity that is fresh.

    :returns: None when it is stale, negative or no number
    """
    for each in _by_granularity(points):
        if abs(now - each[-1].started_at) <= max_age:
            return _measure(each[-1].value, each[-1].started_at)
    return None


def utilisation(
    points: abc.Iterable[Point],
    vcpus: float,
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> model.Measure | None:
    """Give the per cent of ``vcpus`` used between the two newest intervals.

    :param points: means of the cumulative CPU time, in ns
    :returns: as :func:`per_second`
    """
    spent = per_second(points, now, max_age)
    if spent is None:
        return None
    return _measure(spent.value / 1e9 / vcpus * 100, spent.measured_at)


def per_second(
    points: abc.Iterable[Point],
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> model.Measure | None:
    """Give how fast a counter went between the two newest intervals.

    Only intervals that are over count: the mean of one that still fills
    stands for an earlier time than its neighbour's does, and the difference
    would come out too small.

    :param points: means of a cumulative metric
    :returns: None without two such intervals, when the newer is stale, or
        when the counter went back (the server was migrated or restarted)
    """
    for each in _by_granularity(p for p in points if p.ended_at <= now):
        if len(each) > 1 and abs(now - each[-1].started_at) <= max_age:
            before, after = each[-2:]
            elapsed = (after.started_at - before.started_at).total_seconds()
            gained = after.value - before.value
            return _measure(gained / elapsed, after.started_at)
    return None


def total(
    found: abc.Iterable[model.Measure | None],
) -> model.Measure | None:
    """Add up what there is; it stands for the newest one's time.

    :returns: None where there is nothing
    """
    known = [each for each in found if each is not None]
    if not known:
        return None
    return _measure(
        sum(each.value for each in known),
        max(each.measured_at for each in known),
    )


def last(points: abc.Iterable[Point], default: float) -> float:
    """Give the newest value, however old; ``default`` without a usable one."""
    ordered = sorted(points)
    usable = ordered and math.isfinite(ordered[-1].value)
    return ordered[-1].value if usable and ordered[-1].value > 0 else default


def _by_granularity(points: abc.Iterable[Point]) -> list[list[Point]]:
    """Give the series of each granularity, the finest first, in order."""
    series: dict[float, list[Point]] = {}
    for each in points:
        series.setdefault(each.granularity, []).append(each)
    return [sorted(series[granularity]) for granularity in sorted(series)]


def _measure(
    value: float, measured_at: datetime.datetime
) -> model.Measure | None:
    if math.isfinite(value) and value >= 0:
        return model.Measure(value, measured_at)
    return None
