"""What ids and metrics' names mean to the sources. Pure.

Names are Ceilometer's. Two kinds are our own: ``cpu_util``, and the rate of
a disk's counter, which is its name with ``.rate`` after it.
"""

from collections import abc
import logging
import typing
import uuid

from snapfault import rules

LOG = logging.getLogger(__name__)

CPU_UTIL: typing.Final = rules.Metric('cpu_util')
_DISK: typing.Final = 'disk.device.'
_RATE: typing.Final = '.rate'


def by_uuid(server_ids: abc.Iterable[str]) -> dict[str, str]:
    """Give the ids by the form in which services write them, in order.

    What is no UUID is left out, and so never gets into a query.
    """
    ids = {}
    for each in sorted(server_ids):
        try:
            ids[str(uuid.UUID(each))] = each
        except ValueError:
            LOG.debug('No measures for %r: it is no UUID', each)
    return ids


def is_of_disk(metric: rules.Metric) -> bool:
    """Tell whether a metric is measured on each disk by itself."""
    return metric.name.startswith(_DISK)


def counter_of(metric: rules.Metric) -> rules.Metric | None:
    """Give the cumulative metric of which this is the rate; None: of none."""
    if is_of_disk(metric) and metric.name.endswith(_RATE):
        return rules.Metric(metric.name.removesuffix(_RATE))
    return None
