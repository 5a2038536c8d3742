"""Read the newest measures of many servers from Gnocchi in a few calls.

One ``POST /v1/aggregates`` asks for every metric of up to :data:`CHUNK`
servers, grouped by server. What a real Gnocchi (4.7) taught, and what
follows from it:

* The search may be a JSON object; ids then need no quoting. Without
  ``granularity`` the answer has every granularity that all the metrics of
  one server share, so no archive policy need be known beforehand.
* A server without the metric has no group. Where none has it the answer is
  404, "does not exist": that is absent data and no error.
* One server whose archive policy lacks the aggregation, or whose metrics
  share no granularity, fails the whole call (404 "unknown aggregation", 400
  "cannot be aggregated"). The call is then split, by metric first, until
  the odd one stands alone and is left out.
* ``cpu`` is cumulative, in ns. Its ``rate:mean`` is the mean difference
  between neighbouring samples, whatever time lies between them, so
  utilisation is taken from the neighbouring ``mean`` values instead.

Nothing is retried here: the next ranking asks again.
"""

from collections import abc
import datetime
import logging
import typing
import uuid

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import exceptions as ksa_exceptions

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import measures
from snapfault.cloud import times
from snapfault.cloud import translate

LOG = logging.getLogger(__name__)

#: The most servers in a call; some 6 ms each on a small machine. With the
#: second pass, for ``vcpus``, N servers take at most 2 + N/500 calls.
CHUNK: typing.Final = 1000
#: The most calls that finding odd servers may cost for one metric.
MAX_EXTRA: typing.Final = 40
#: How long before now the number of virtual CPUs may have been posted: it
#: comes with Nova's notifications on the server, which may be rare, and
#: Ceilometer's archive policies keep 30 days.
VCPUS_AGE: typing.Final = datetime.timedelta(days=30)

CPU_UTIL: typing.Final = rules.Metric('cpu_util')
_CPU: typing.Final = rules.Metric('cpu')
_VCPUS: typing.Final = rules.Metric('vcpus')

_ASKED: typing.Final = 'ask Gnocchi for measures'
#: What Gnocchi's 404 and 400 say, in words: it has no codes for them.
_ABSENT: typing.Final = 'does not exist'
_ODD: typing.Final = (
    'Metrics with unknown aggregation',
    'Metrics cannot be aggregated',
)

_Series = dict[rules.Metric, list[measures.Point]]


def read(
    adapter: ksa_adapter.Adapter,
    server_ids: abc.Collection[str],
    metrics: abc.Collection[rules.Metric],
    *,
    now: datetime.datetime,
    max_age: int,
) -> dict[str, dict[rules.Metric, model.Measure]]:
    """Give the newest value of each metric of each server.

    A value that is older than ``max_age``, negative or no number is
    missing; so are servers without any value and ids that are no UUID.

    ``cpu_util`` is worked out from ``cpu`` and from the last ``vcpus`` of
    30 days; where that was never posted one virtual CPU is assumed, and the
    value is per cent of one CPU.

    :param adapter: of service type ``metric``
    :param max_age: in seconds, since the start of the interval that a value
        aggregates; below three times the granularity little is fresh
    :raises CloudUnavailable: no answer, a 5xx, or nothing that makes sense
    :raises CloudRefused: the service user may not read measures, or the
        cloud has no metric service
    """
    age = datetime.timedelta(seconds=max_age)
    ids = _by_uuid(server_ids)
    asked = {_CPU if each == CPU_UTIL else each for each in metrics}
    found = _fetch(adapter, list(ids), asked, now - 2 * age)
    if CPU_UTIL in metrics:
        busy = [each for each, series in found.items() if _CPU in series]
        counts = _fetch(adapter, busy, {_VCPUS}, now - VCPUS_AGE)
        for each, series in counts.items():
            found[each].update(series)
    answer = {
        ids[each]: _values(series, metrics, now, age)
        for each, series in found.items()
    }
    return {each: values for each, values in answer.items() if values}


def _values(
    series: _Series,
    metrics: abc.Iterable[rules.Metric],
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> dict[rules.Metric, model.Measure]:
    """Give one server's measures of these metrics, where there are any."""
    values = {}
    for metric in metrics:
        if metric == CPU_UTIL:
            vcpus = measures.last(series.get(_VCPUS, ()), 1.0)
            cpu = series.get(_CPU, ())
            value = measures.utilisation(cpu, vcpus, now, max_age)
        else:
            value = measures.newest(series.get(metric, ()), now, max_age)
        if value is not None:
            values[metric] = value
    return values


def _by_uuid(server_ids: abc.Iterable[str]) -> dict[str, str]:
    """Give the ids by the form in which Gnocchi writes them, in order."""
    ids = {}
    for each in sorted(server_ids):
        try:
            ids[str(uuid.UUID(each))] = each
        except ValueError:
            LOG.debug('No measures for %r: it is no UUID', each)
    return ids


def _fetch(
    adapter: ksa_adapter.Adapter,
    ids: abc.Sequence[str],
    asked: abc.Collection[rules.Metric],
    start: datetime.datetime,
) -> dict[str, _Series]:
    """Give the series by server, splitting the calls that odd ones fail."""
    metrics = sorted(
        (each for each in asked if not set(each.name) & set('*?[')),
        key=lambda each: (each.name, each.aggregation),
    )
    splitter = _Splitter()
    found: dict[str, _Series] = {}
    pending = [
        (ids[at : at + CHUNK], metrics)
        for at in range(0, len(ids), CHUNK)
        if metrics
    ]
    while pending:
        piece = pending.pop()
        groups = _ask(adapter, *piece, start)
        if groups is None:
            pending.extend(splitter.split(*piece))
            continue
        for server_id, series in groups:
            found.setdefault(server_id, {}).update(series)
    return found


class _Splitter:
    """Halves what fails, within a bound for each metric."""

    def __init__(self) -> None:
        self._extra: dict[rules.Metric, int] = {}

    def split(
        self, ids: abc.Sequence[str], metrics: abc.Sequence[rules.Metric]
    ) -> list[tuple[abc.Sequence[str], list[rules.Metric]]]:
        """Give smaller pieces; none of what has to be left out."""
        if len(metrics) > 1:
            return [(ids, [each]) for each in metrics]
        extra = self._extra.get(metrics[0], 0) + 2
        if len(ids) == 1 or extra > MAX_EXTRA:
            LOG.log(
                logging.DEBUG if len(ids) == 1 else logging.WARNING,
                'No %(metric)s for %(count)d servers from %(first)s on: '
                'archive policies do not agree with the question',
                {
                    'metric': metrics[0],
                    'count': len(ids),
                    'first': ids[0],
                },
            )
            return []
        self._extra[metrics[0]] = extra
        middle = len(ids) // 2
        return [(ids[:middle], [*metrics]), (ids[middle:], [*metrics])]


def _ask(
    adapter: ksa_adapter.Adapter,
    ids: abc.Sequence[str],
    metrics: abc.Sequence[rules.Metric],
    start: datetime.datetime,
) -> list[tuple[str, _Series]] | None:
    """Make one call; None when something odd among them failed it."""
    references = [[each.name, each.aggregation] for each in metrics]
    try:
        response = adapter.post(
            '/v1/aggregates',
            params={
                'groupby': 'original_resource_id',
                'start': start.isoformat(),
            },
            json={
                'resource_type': 'instance',
                'search': {'in': {'id': list(ids)}},
                'operations': ['metric', *references],
            },
            raise_exc=False,
        )
    except ksa_exceptions.ClientException as error:
        raise translate.translate(_ASKED, error, {}) from error
    status, text = response.status_code, response.text
    if status == 404 and _ABSENT in text:
        return []
    if status in (400, 404) and any(each in text for each in _ODD):
        return None
    if status in (400, 403):
        raise errors.CloudRefused(f'{_ASKED}: {status}')
    if status != 200:
        raise errors.CloudUnavailable(f'{_ASKED}: {status}')
    return _parsed(response)


@translate.sensible
def _parsed(response: typing.Any) -> list[tuple[str, _Series]]:
    """Give each group's series by the server's id."""
    return [
        (server_id, _series(metrics))
        for group in response.json()
        for server_id, metrics in group['measures']['measures'].items()
    ]


def _series(metrics: dict[str, typing.Any]) -> _Series:
    """Read one server's points, by metric's name, then by aggregation."""
    return {
        rules.Metric(name, aggregation): [
            measures.Point(
                times.parse(started_at), float(granularity), float(value)
            )
            for started_at, granularity, value in points
            if value is not None
        ]
        for name, aggregations in metrics.items()
        for aggregation, points in aggregations.items()
    }
