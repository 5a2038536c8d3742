"""Decide in which order the waiting tasks run, and say why. Pure.

A weight is a sum over the weighers, of each one's raw value brought to a
common scale, times a multiplier:

* The scale is 0 for the least and 1 for the largest raw value among the
  candidates ranked together, and linear between. Where all are equal, one
  candidate alone too, it is 0. Values of a weigher whose scale is absolute
  are taken as they are.
* A weigher that gives None, or no finite number, has no data. Absent data
  is neutral: the candidate gets the median of those that have data, so as
  many of them come before it as after. (A fixed middle of the range would
  not do: one outlier pushes all the others to the bottom of it, and who
  has no data would beat nearly all.) On an absolute scale the others do not
  bear on it, and neutral is the middle of the scale, 0.5.
* The multiplier is the policy's, else the operator's, else 1.
"""

from collections import abc
import dataclasses
import math
import statistics
import typing

from snapfault import model
from snapfault import rules
from snapfault.rank import weigher

#: What absent data counts on an absolute scale.
MIDDLE: typing.Final = 0.5

Weighers = abc.Mapping[str, weigher.Weigher]


@dataclasses.dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate, its weight and what it is made of."""

    candidate: model.Candidate
    weight: float  #: larger runs sooner
    parts: tuple[model.Part, ...]  #: by weigher's name; sums to ``weight``
    measures: model.Measures  #: what was known of the server


def needed(
    candidates: abc.Iterable[model.Candidate], weighers: Weighers
) -> set[rules.Metric]:
    """Name the metrics to fetch: the weighers' and the thresholds'."""
    metrics = {metric for each in weighers.values() for metric in each.needs}
    policies = {each.policy.id: each.policy for each in candidates}
    for policy in policies.values():
        metrics.update(each.metric for each in policy.thresholds)
    return metrics


def rank(
    candidates: abc.Iterable[model.Candidate],
    measures: abc.Mapping[str, model.Measures],
    weighers: Weighers,
    defaults: abc.Mapping[str, float] | None = None,
) -> list[Ranked]:
    """Sort the candidates, the one to run first in front.

    The order is total and depends on nothing but the values: equal weights
    are ordered by ``scheduled_at``, then by the task's id.

    :param measures: by server's id; who is missing has no data
    :param weighers: by the name that multipliers go by
    :param defaults: the operator's multipliers, by weigher's name
    """
    candidates = list(candidates)
    nothing: model.Measures = {}
    known = [measures.get(c.protection.server_id, nothing) for c in candidates]
    columns = [
        _column(name, weighers[name], candidates, known, defaults or {})
        for name in sorted(weighers)
    ]
    weights = [0.0] * len(candidates)
    for column in columns:
        for at, part in enumerate(column):
            weights[at] += part.weight
    rows = zip(*columns, strict=True) if columns else ((),) * len(candidates)
    ranked = [
        Ranked(*each)
        for each in zip(candidates, weights, rows, known, strict=True)
    ]
    # sorts are stable: the last one counts most
    ranked.sort(key=lambda each: each.candidate.task.id)
    ranked.sort(key=lambda each: each.candidate.task.scheduled_at)
    ranked.sort(key=lambda each: -each.weight)
    return ranked


def _column(
    name: str,
    weigher: weigher.Weigher,
    candidates: abc.Sequence[model.Candidate],
    known: abc.Sequence[model.Measures],
    defaults: abc.Mapping[str, float],
) -> list[model.Part]:
    """Give one weigher's part of every candidate."""
    default = defaults.get(name, 1.0)
    raws = [
        _finite(weigher.weigh(candidate, its))
        for candidate, its in zip(candidates, known, strict=True)
    ]
    parts = []
    for candidate, raw, value in zip(
        candidates, raws, _scaled(raws, weigher.absolute), strict=True
    ):
        multiplier = candidate.policy.multipliers.get(name, default)
        parts.append(
            model.Part(name, raw, value, multiplier, value * multiplier)
        )
    return parts


def _finite(raw: float | None) -> float | None:
    return raw if raw is not None and math.isfinite(raw) else None


def _scaled(raws: abc.Sequence[float | None], absolute: bool) -> list[float]:
    """Bring raw values to the common scale, None to its neutral value."""
    if absolute:
        return [MIDDLE if raw is None else raw for raw in raws]
    known = [raw for raw in raws if raw is not None]
    if not known:
        return [0.0] * len(raws)
    low, high = min(known), max(known)
    if low == high:
        return [0.0] * len(raws)
    # the span of two floats may be beyond the largest float
    unit = 1.0 if math.isfinite(high - low) else 0.5
    low, span = low * unit, high * unit - low * unit
    scaled = [
        None if raw is None else (raw * unit - low) / span for raw in raws
    ]
    middle = statistics.median(each for each in scaled if each is not None)
    return [middle if each is None else each for each in scaled]
