"""Make metric families of a reading. Pure."""

import collections
import collections.abc
import typing

from prometheus_client import core

from snapfault import model
from snapfault.metrics import reading
from snapfault.recover import budget

Gauge = core.GaugeMetricFamily
#: What a name ends in, what is said of it, and what of it counts.
Measure = tuple[str, str, collections.abc.Callable[[model.Ended], float]]
Families = collections.abc.Iterator[typing.Any]


def families(
    read: reading.Reading, limits: budget.Limits, worst: int
) -> Families:
    """Give all families.

    :param worst: how many protections get a time series of their own
    """
    for noun, counts in read.standing.items():
        yield _labelled(noun, f'{_said(noun)}, now', 'status', counts)
    yield from _ended(read)
    yield from _queue(read)
    yield from _protections(read, worst)
    yield from _recoveries(read, limits)
    yield from _workers(read)
    yield _plain(
        'read_timestamp_seconds',
        'When this was read from the database',
        read.at.timestamp(),
    )


def _said(noun: str) -> str:
    return noun.replace('_', ' ').capitalize()


def _plain(name: str, said: str, value: float) -> typing.Any:
    return Gauge(f'snapfault_{name}', said, value=value)


def _labelled(
    name: str,
    said: str,
    label: str,
    values: collections.abc.Mapping[str, float],
) -> typing.Any:
    family = Gauge(f'snapfault_{name}', said, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _ended(read: reading.Reading) -> Families:
    for noun, found in read.ended.items():
        kind = 'completed' if noun == 'recovery_points' else 'ended'
        said = f'{_said(noun)} {kind} within the window'
        measures: list[Measure] = [
            ('', said, lambda each: each.count),
            (
                '_seconds',
                f'{said}: all their durations together',
                lambda each: each.seconds,
            ),
            (
                '_longest_seconds',
                f'{said}: the longest duration',
                lambda each: each.longest,
            ),
        ]
        for ending, what, choose in measures:
            values = {key: choose(each) for key, each in found.items()}
            name = f'{noun}_{kind}{ending}'
            yield _labelled(name, what, 'status', values)
    yield _plain(
        'snapshots_completed',
        'Snapshots of recovery points completed within the window',
        read.snapshots,
    )


def _queue(read: reading.Reading) -> Families:
    since = read.due_since
    waited = 0.0 if since is None else (read.at - since).total_seconds()
    yield _plain('tasks_due', 'Tasks that wait and may begin now', read.due)
    yield _plain(
        'task_longest_wait_seconds',
        'How long ago the oldest of them was due',
        max(0.0, waited),
    )


def _age(read: reading.Reading, each: model.Age) -> float:
    """Give the seconds since the last good point, or since its making."""
    since = each.last_good_at or each.created_at
    return max(0.0, (read.at - since).total_seconds())


def _protections(read: reading.Reading, worst: int) -> Families:
    active = [
        each
        for each in read.ages
        if each.status == model.ProtectionStatus.ACTIVE
    ]
    aged = sorted(active, key=lambda e: (-_age(read, e), e.protection_id))
    counts = dict.fromkeys(map(str, model.ProtectionStatus), 0)
    counts |= collections.Counter(each.status for each in read.ages)
    yield _labelled('protections', 'Protections', 'status', counts)
    pointless = sum(each.last_good_at is None for each in active)
    for name, said, value in (
        ('protections_without_point', 'without any good point', pointless),
        (
            'protections_overdue',
            'whose last good point is older than the policy allows',
            sum(_is_overdue(read, each) for each in active),
        ),
        ('protections_alarmed', 'with an alarm', read.alarmed),
        ('delegations_dead', 'whose right to act is dead', read.powerless),
    ):
        yield _plain(name, f'Protections {said}', value)
    oldest = _age(read, aged[0]) if aged else 0.0
    yield _plain(
        'oldest_point_age_seconds',
        'Age of the last good point of the active protection where it is the'
        ' oldest; before its first, the age of the protection',
        oldest,
    )
    yield _worst(read, aged[:worst])


def _is_overdue(read: reading.Reading, each: model.Age) -> bool:
    allowed = read.objectives.get(each.policy_id)
    return allowed is not None and _age(read, each) > allowed


def _worst(
    read: reading.Reading, aged: collections.abc.Iterable[model.Age]
) -> typing.Any:
    family = Gauge(
        'snapfault_point_age_seconds',
        'The same of the worst protections, as many as [metrics] worst',
        labels=['protection_id', 'project_id'],
    )
    for each in aged:
        family.add_metric(
            [each.protection_id, each.project_id], _age(read, each)
        )
    return family


def _recoveries(read: reading.Reading, limits: budget.Limits) -> Families:
    pressure = read.pressure
    left = {
        'open': max(0, limits.open - pressure.open),
        'hour': max(0, limits.per_hour - pressure.begun),
    }
    yield _labelled(
        'recovery_budget_left',
        'Recoveries that may begin by themselves before one is held',
        'budget',
        left,
    )
    yield _plain(
        'faulty_servers',
        'Servers found faulty within the window of a storm',
        pressure.faulty,
    )
    yield _plain(
        'storm',
        '1 while so many servers are faulty that all recoveries are held',
        int(pressure.faulty >= limits.storm_servers),
    )
    yield _labelled(
        'kept_resources',
        'Volumes and snapshots that recoveries keep',
        'status',
        read.kept,
    )


def _workers(read: reading.Reading) -> Families:
    counts = {'up': 0, 'down': 0, 'stopped': 0}
    counts |= collections.Counter(
        str(each.status(read.at)) for each in read.workers
    )
    yield _labelled('workers', 'Workers', 'status', counts)
    seen: dict[str, float] = {}
    for each in read.workers:
        if each.stopped_at is None:
            age = max(0.0, (read.at - each.seen_at).total_seconds())
            seen[each.host] = min(age, seen.get(each.host, age))
    yield _labelled(
        'worker_seen_age_seconds',
        'Since the last sign of life of any worker of a host',
        'host',
        seen,
    )
