"""What is asked of Prometheus, and what its answers mean. Pure.

Ceilometer's metrics are found there by ``ceilometer_`` before the name, with
``_`` for what a name of Prometheus cannot hold: ``memory.usage`` is
``ceilometer_memory_usage``. A counter may have ``_total`` after it: that
depends on who exported it. The label ``resource`` is the server's id, and
for a disk the server's id, ``-`` and the device's name.

Nothing but UUIDs and proven names gets into a query.
"""

from collections import abc
import datetime
import math
import re
import typing

from snapfault import model
from snapfault import rules
from snapfault.cloud.sources import names

#: A metric's name that can be one of Prometheus once its dots are replaced.
_SANE: typing.Final = re.compile(r'[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*')
#: How long a UUID is: what comes after it names the disk.
_UUID: typing.Final = 36
#: ``cpu`` counts ns; per cent of a second are a ten-millionth of that.
_NS_PER_PERCENT: typing.Final = 1e7

#: One number for each server.
Numbers = dict[str, float]


class Question(typing.NamedTuple):
    """A query, and how its answer becomes a number for each server."""

    query: str
    scale: float = 1.0
    per_vcpu: bool = False


def is_sane(metric: rules.Metric) -> bool:
    """Tell whether Prometheus can have a metric of that name."""
    return len(metric.name) <= 255 and bool(_SANE.fullmatch(metric.name))


def question(
    metric: rules.Metric, ids: abc.Iterable[str], max_age: int
) -> Question:
    """Ask for the newest value of servers, or for a counter's rate.

    :param metric: a sane one; an aggregation ``rate:...`` asks for the rate
        per second of that metric, every other for its last sample, for
        Prometheus keeps samples
    :param ids: UUIDs, as :func:`snapfault.cloud.sources.names.by_uuid`
        writes them
    :param max_age: in seconds; a rate is taken over as long
    """
    if metric == names.CPU_UTIL:
        spent = _newest('rate', 'cpu', False, ids, max_age)
        return Question(spent, 1 / _NS_PER_PERCENT, per_vcpu=True)
    counter = names.counter_of(metric)
    is_rate = counter is not None or metric.aggregation.startswith('rate:')
    name = (counter or metric).name
    function = 'rate' if is_rate else 'last_over_time'
    is_of_disk = names.is_of_disk(metric)
    return Question(_newest(function, name, is_of_disk, ids, max_age))


def vcpus(ids: abc.Iterable[str], max_age: int) -> Question:
    """Ask how many virtual CPUs servers have."""
    return Question(_newest('last_over_time', 'vcpus', False, ids, max_age))


def _newest(
    function: str,
    name: str,
    is_of_disk: bool,
    ids: abc.Iterable[str],
    max_age: int,
) -> str:
    """Write a query that gives one number for each resource.

    Several series of one resource are there when it was migrated, or is
    scraped twice: the largest counts.
    """
    exported = f'ceilometer_{name.replace(".", "_")}'
    one_of = '|'.join(ids)
    resource = f'({one_of})-.+' if is_of_disk else one_of
    selected = (
        f'{{__name__=~"{exported}(_total)?",resource=~"{resource}"}}'
        f'[{max_age}s]'
    )
    return f'max by (resource) ({function}({selected}))'


def numbers(answer: typing.Any, question: Question) -> Numbers:
    """Read the answer to a query: what each server's resources sum up to.

    What is negative or no finite number is left out.

    :param answer: the JSON, which may be anything
    :raises ValueError: it is none of a vector (also KeyError, TypeError)
    """
    if answer['status'] != 'success':
        raise ValueError(f'status {answer["status"]!r}')
    if answer['data']['resultType'] != 'vector':
        raise ValueError('the answer is no vector')
    found: Numbers = {}
    for each in answer['data']['result']:
        server_id = each['metric']['resource'][:_UUID]
        value = float(each['value'][1]) * question.scale
        if math.isfinite(value) and value >= 0:
            found[server_id] = found.get(server_id, 0.0) + value
    return found


def measured(
    values: Numbers,
    counts: abc.Mapping[str, float],
    now: datetime.datetime,
) -> dict[str, model.Measure]:
    """Give the measures, by server.

    :param counts: by how much to divide; absent or zero: by one
    :param now: when Prometheus looked; the sample itself may be older, by
        the age that was asked for at most
    """
    divided = {
        each: value / (counts.get(each) or 1.0)
        for each, value in values.items()
    }
    return {
        each: model.Measure(value, now)
        for each, value in divided.items()
        if math.isfinite(value)
    }
