"""The newest measures of servers, from Gnocchi.

``cpu`` is cumulative, in ns, and so are the counters of disks. Their
``rate:mean`` is the mean difference between neighbouring samples, whatever
time lies between them, so what goes per second is taken from neighbouring
``mean`` values instead. How Gnocchi is asked:
:mod:`snapfault.cloud.sources.aggregates`.
"""

from collections import abc
import datetime
import typing

from keystoneauth1 import adapter as ksa_adapter

from snapfault import model
from snapfault import rules
from snapfault.cloud import source
from snapfault.cloud.sources import aggregates
from snapfault.cloud.sources import measures
from snapfault.cloud.sources import names

#: How long before now the number of virtual CPUs may have been posted: it
#: comes with Nova's notifications on the server, which may be rare, and
#: Ceilometer's archive policies keep 30 days.
VCPUS_AGE: typing.Final = datetime.timedelta(days=30)

_CPU: typing.Final = rules.Metric('cpu')
_VCPUS: typing.Final = rules.Metric('vcpus')

_Values = dict[rules.Metric, model.Measure]


class Gnocchi(source.Source):
    """Reads Gnocchi, which the catalogue lists as ``metric``."""

    def __init__(self, tools: source.Tools) -> None:
        """See the contract."""
        super().__init__(tools)
        self._adapter = tools.sessions.adapter('metric')

    def read(
        self,
        server_ids: abc.Collection[str],
        metrics: abc.Collection[rules.Metric],
    ) -> source.Answer:
        """See the contract."""
        found = read(
            self._adapter,
            server_ids,
            metrics,
            now=self.tools.now(),
            max_age=self.tools.conf.rank.max_age,
        )
        return dict(found)


def read(
    adapter: ksa_adapter.Adapter,
    server_ids: abc.Collection[str],
    metrics: abc.Collection[rules.Metric],
    *,
    now: datetime.datetime,
    max_age: int,
) -> dict[str, _Values]:
    """Give the newest value of each metric of each server.

    A value that is older than ``max_age``, negative or no number is
    missing; so are servers without any value and ids that are no UUID.

    ``cpu_util`` is worked out from ``cpu`` and from the last ``vcpus`` of
    30 days; where that was never posted one virtual CPU is assumed, and the
    value is per cent of one CPU.

    ``disk.device.*`` is summed up over those disks of a server that have a
    fresh value; what it counts, bytes or requests, its name tells. With
    ``.rate`` after it, it is that per second.

    :param adapter: of service type ``metric``
    :param max_age: in seconds, since the start of the interval that a value
        aggregates; below three times the granularity little is fresh
    :raises CloudUnavailable: no answer, a 5xx, or nothing that makes sense
    :raises CloudRefused: the service user may not read measures, or the
        cloud has no metric service
    """
    ids = names.by_uuid(server_ids)
    asked = set(metrics)
    disks = {each for each in asked if names.is_of_disk(each)}
    age = datetime.timedelta(seconds=max_age)
    found = _of_servers(adapter, list(ids), asked - disks, now, age)
    for server_id, values in _of_disks(
        adapter, list(ids), disks, now, age
    ).items():
        found.setdefault(server_id, {}).update(values)
    return {ids[each]: values for each, values in found.items() if values}


def _of_servers(
    adapter: ksa_adapter.Adapter,
    ids: abc.Sequence[str],
    metrics: abc.Set[rules.Metric],
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> dict[str, _Values]:
    """Give what hangs on the servers themselves."""
    kind = aggregates.SERVERS
    asked = {_CPU if each == names.CPU_UTIL else each for each in metrics}
    found = aggregates.fetch(adapter, kind, ids, asked, now - 2 * max_age)
    series = {each: its.get(each, {}) for each, its in found.items()}
    if names.CPU_UTIL in metrics:
        busy = [each for each, its in series.items() if _CPU in its]
        counts = aggregates.fetch(
            adapter, kind, busy, {_VCPUS}, now - VCPUS_AGE
        )
        for each, its in counts.items():
            series[each].update(its.get(each, {}))
    return {
        each: _values(its, metrics, now, max_age)
        for each, its in series.items()
    }


def _values(
    series: aggregates.Series,
    metrics: abc.Iterable[rules.Metric],
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> _Values:
    """Give one server's measures of these metrics, where there are any."""
    values = {}
    for metric in metrics:
        if metric == names.CPU_UTIL:
            vcpus = measures.last(series.get(_VCPUS, ()), 1.0)
            cpu = series.get(_CPU, ())
            value = measures.utilisation(cpu, vcpus, now, max_age)
        else:
            value = measures.newest(series.get(metric, ()), now, max_age)
        if value is not None:
            values[metric] = value
    return values


def _of_disks(
    adapter: ksa_adapter.Adapter,
    ids: abc.Sequence[str],
    metrics: abc.Set[rules.Metric],
    now: datetime.datetime,
    max_age: datetime.timedelta,
) -> dict[str, _Values]:
    """Give what hangs on the disks, summed up for each server."""
    stored = {each: names.counter_of(each) or each for each in metrics}
    found = aggregates.fetch(
        adapter,
        aggregates.DISKS,
        ids,
        set(stored.values()),
        now - 2 * max_age,
    )
    answer: dict[str, _Values] = {}
    for server_id, disks in found.items():
        for metric, name in stored.items():
            one = measures.newest if metric == name else measures.per_second
            total = measures.total(
                one(its.get(name, ()), now, max_age) for its in disks.values()
            )
            if total is not None:
                answer.setdefault(server_id, {})[metric] = total
    return answer
