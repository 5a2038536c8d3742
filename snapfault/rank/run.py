"""Rank the waiting tasks on what the cloud measures now.

Absent data never stops a snapshot: where the metric service is down or a
weigher is broken, ranking goes on without.
"""

from collections import abc
import itertools
import logging
import math

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.rank import plan
from snapfault.rank import weigher

LOG = logging.getLogger(__name__)


def rank(
    cloud: port.Cloud,
    candidates: abc.Iterable[model.Candidate],
    weighers: plan.Weighers,
    defaults: abc.Mapping[str, float] | None = None,
) -> list[plan.Ranked]:
    """Sort the candidates, the one to run first in front.

    :param weighers: as :func:`snapfault.rank.load.load` gives them
    :param defaults: the operator's multipliers, by weigher's name
    """
    (ranked,) = rank_apart(cloud, [candidates], weighers, defaults)
    return ranked


def rank_apart(
    cloud: port.Cloud,
    groups: abc.Iterable[abc.Iterable[model.Candidate]],
    weighers: plan.Weighers,
    defaults: abc.Mapping[str, float] | None = None,
) -> list[list[plan.Ranked]]:
    """Sort each group by itself; the measures of all are read at once."""
    apart = [list(group) for group in groups]
    measures = _measures(cloud, list(itertools.chain(*apart)), weighers)
    guarded = {name: _Guarded(each) for name, each in weighers.items()}
    ranked = [plan.rank(group, measures, guarded, defaults) for group in apart]
    for name, each in guarded.items():
        each.report(name)
    return ranked


def _measures(
    cloud: port.Cloud,
    candidates: abc.Collection[model.Candidate],
    weighers: plan.Weighers,
) -> abc.Mapping[str, model.Measures]:
    metrics = plan.needed(candidates, weighers)
    servers = {each.protection.server_id for each in candidates}
    if not metrics or not servers:
        return {}
    try:
        return cloud.read_measures(servers, metrics)
    except errors.SnapfaultError as error:
        LOG.warning(
            'Ranking %(count)d tasks without measures: %(error)s',
            {'count': len(candidates), 'error': error},
        )
        return {}


class _Guarded(weigher.Weigher):
    """A weigher whose failures are absent data, reported once a ranking."""

    def __init__(self, inner: weigher.Weigher) -> None:
        self._inner = inner
        self.absolute = inner.absolute  # type: ignore[misc]
        self._failures = 0
        self._first = ''

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Ask the weigher; None where it fails or gives no finite number."""
        try:
            raw = self._inner.weigh(candidate, measures)
            if raw is None or math.isfinite(raw):
                return None if raw is None else float(raw)
            problem = f'it gave {raw}'
        except Exception as error:  # noqa: BLE001 - other people's code
            problem = repr(error)
        self._first = self._first or f'{candidate.task.id}: {problem}'
        self._failures += 1
        return None

    def report(self, name: str) -> None:
        """Log what went wrong, if anything did."""
        if self._failures:
            LOG.error(
                'Weigher %(name)s failed on %(count)d tasks, which count '
                'as absent data; the first was %(first)s',
                {
                    'name': name,
                    'count': self._failures,
                    'first': self._first,
                },
            )
