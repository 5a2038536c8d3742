"""Ask Gnocchi for the series of many servers in a few calls.

One ``POST /v1/aggregates`` asks for every metric of up to :data:`CHUNK`
servers, grouped by server. What a real Gnocchi (4.7) taught, and what
follows from it:

* The search may be a JSON object; ids then need no quoting. Without
  ``granularity`` the answer has every granularity that all the metrics of
  one group share, so no archive policy need be known beforehand.
* A server without the metric has no group. Where none has it the answer is
  404, "does not exist": that is absent data and no error. 400 says the same
  of a type of resources that this Gnocchi was never taught.
* One server whose archive policy lacks the aggregation, or whose metrics
  share no granularity, fails the whole call (404 "unknown aggregation", 400
  "cannot be aggregated"). The call is then split, by metric first, until
  the odd one stands alone and is left out.
* Disks are resources of their own, of type ``instance_disk``, that name
  their server in ``instance_id``; a group is then the disks of one server.
  A disk that was detached stays there, without new measures.

Nothing is retried here: the next ranking asks again.
"""

from collections import abc
import datetime
import logging
import typing

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import exceptions as ksa_exceptions

from snapfault import errors
from snapfault import rules
from snapfault.cloud import times
from snapfault.cloud import translate
from snapfault.cloud.sources import measures

LOG = logging.getLogger(__name__)

#: The most servers in a call; some 6 ms each on a small machine. With the
#: second pass, for ``vcpus``, N servers take at most 2 + N/500 calls.
CHUNK: typing.Final = 1000
#: The most calls that finding odd servers may cost for one metric.
MAX_EXTRA: typing.Final = 40

_ASKED: typing.Final = 'ask Gnocchi for measures'
#: What Gnocchi's 404 and 400 say, in words: it has no codes for them.
_ABSENT: typing.Final = 'does not exist'
_ODD: typing.Final = (
    'Metrics with unknown aggregation',
    'Metrics cannot be aggregated',
)


class Kind(typing.NamedTuple):
    """A type of resources that measures hang on, and how they are found."""

    resource_type: str
    server_id: str  #: the attribute that names the server
    groupby: str


SERVERS: typing.Final = Kind('instance', 'id', 'original_resource_id')
DISKS: typing.Final = Kind('instance_disk', 'instance_id', 'instance_id')

#: The points of one resource, by metric.
Series = dict[rules.Metric, list[measures.Point]]
_Found = tuple[str, str, Series]


def fetch(
    adapter: ksa_adapter.Adapter,
    kind: Kind,
    ids: abc.Sequence[str],
    asked: abc.Collection[rules.Metric],
    start: datetime.datetime,
) -> dict[str, dict[str, Series]]:
    """Give the series by server, then by resource: itself, or its disks.

    :raises CloudUnavailable: no answer, a 5xx, or nothing that makes sense
    :raises CloudRefused: the service user may not read measures, or the
        cloud has no metric service
    """
    metrics = sorted(
        (each for each in asked if not set(each.name) & set('*?[')),
        key=lambda each: (each.name, each.aggregation),
    )
    splitter = _Splitter()
    found: dict[str, dict[str, Series]] = {}
    pending = [
        (ids[at : at + CHUNK], metrics)
        for at in range(0, len(ids), CHUNK)
        if metrics
    ]
    while pending:
        piece = pending.pop()
        groups = _ask(adapter, kind, *piece, start)
        if groups is None:
            pending.extend(splitter.split(*piece))
            continue
        for server_id, resource_id, series in groups:
            its = found.setdefault(server_id, {})
            its.setdefault(resource_id, {}).update(series)
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
    kind: Kind,
    ids: abc.Sequence[str],
    metrics: abc.Sequence[rules.Metric],
    start: datetime.datetime,
) -> list[_Found] | None:
    """Make one call; None when something odd among them failed it."""
    references = [[each.name, each.aggregation] for each in metrics]
    try:
        response = adapter.post(
            '/v1/aggregates',
            params={
                'groupby': kind.groupby,
                'start': start.isoformat(),
            },
            json={
                'resource_type': kind.resource_type,
                'search': {'in': {kind.server_id: list(ids)}},
                'operations': ['metric', *references],
            },
            raise_exc=False,
        )
    except ksa_exceptions.ClientException as error:
        raise translate.translate(_ASKED, error, {}) from error
    status, text = response.status_code, response.text
    if status in (400, 404) and _ABSENT in text:
        return []
    if status in (400, 404) and any(each in text for each in _ODD):
        return None
    if status in (400, 403):
        raise errors.CloudRefused(f'{_ASKED}: {status}')
    if status != 200:
        raise errors.CloudUnavailable(f'{_ASKED}: {status}')
    return _parsed(response, kind)


@translate.sensible
def _parsed(response: typing.Any, kind: Kind) -> list[_Found]:
    """Give each resource's series, with the ids of its server and its own."""
    return [
        (
            resource_id if kind is SERVERS else group['group'][kind.groupby],
            resource_id,
            _series(metrics),
        )
        for group in response.json()
        for resource_id, metrics in group['measures']['measures'].items()
    ]


def _series(metrics: dict[str, typing.Any]) -> Series:
    """Read one resource's points, by metric's name, then by aggregation."""
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
