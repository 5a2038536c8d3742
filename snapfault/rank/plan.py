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
* A policy that says what is ``unknown`` gets that for absent data, on
  either scale, instead of the neutral value.
* The multiplier is the policy's, else the operator's, else the weigher's.
"""

import array
from collections import abc
import dataclasses
import math
import operator
import statistics
import typing

from snapfault import model
from snapfault import rules
from snapfault.rank import weigher

#: What absent data counts on an absolute scale.
MIDDLE: typing.Final = 0.5
#: Nothing on an absolute scale is beyond this, so that no sum of weights is
#: beyond the largest float: infinities have no order.
LARGEST: typing.Final = 1e100

Weighers = abc.Mapping[str, weigher.Weigher]


class Column(typing.NamedTuple):
    """What one weigher says of all candidates, in their order."""

    name: str
    default: float  #: the multiplier of policies that set none
    raws: 'array.array[float]'  #: NaN: absent data
    values: 'array.array[float]'  #: on the common scale

    def multiplier(self, candidate: model.Candidate) -> float:
        """Give what the candidate's value is multiplied by."""
        return candidate.policy.multipliers.get(self.name, self.default)

    def part(self, at: int, candidate: model.Candidate) -> model.Part:
        """Write out one candidate's share."""
        raw, value = self.raws[at], self.values[at]
        multiplier = self.multiplier(candidate)
        return model.Part(
            self.name,
            None if math.isnan(raw) else raw,
            value,
            multiplier,
            value * multiplier,
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A candidate, its weight and what it is made of.

    The parts of a weight are written out when somebody asks: for all of
    100 000 tasks they would cost more than the ranking.
    """

    candidate: model.Candidate
    weight: float  #: larger runs sooner
    measures: model.Measures  #: what was known of the server
    columns: tuple[Column, ...]
    at: int  #: the candidate's place in the columns

    @property
    def parts(self) -> tuple[model.Part, ...]:
        """Its parts, by weigher's name; they sum up to ``weight``."""
        return tuple(
            each.part(self.at, self.candidate) for each in self.columns
        )


def needed(
    candidates: abc.Iterable[model.Candidate],
    weighers: Weighers,
    defaults: abc.Mapping[str, float] | None = None,
) -> set[rules.Metric]:
    """Name the metrics to fetch: the weighers' and the thresholds'.

    A weigher needs nothing where it counts nothing for any candidate.

    :param defaults: the operator's multipliers, by weigher's name
    """
    policies = {each.policy.id: each.policy for each in candidates}.values()
    metrics = {
        each.metric for policy in policies for each in policy.thresholds
    }
    for name, asked in weighers.items():
        default = (defaults or {}).get(name, asked.multiplier)
        if any(p.multipliers.get(name, default) for p in policies):
            metrics.update(asked.needs)
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
    columns = tuple(
        _column(name, weighers[name], candidates, known, defaults or {})
        for name in sorted(weighers)
    )
    weights = array.array('d', bytes(8 * len(candidates)))
    for column in columns:
        for at, value in enumerate(column.values):
            weights[at] += value * column.multiplier(candidates[at])
    ranked = [
        Ranked(candidate, weights[at], known[at], columns, at)
        for at, candidate in enumerate(candidates)
    ]
    # sorts are stable, reversed ones too: the last one counts most
    ranked.sort(key=operator.attrgetter('candidate.task.id'))
    ranked.sort(key=operator.attrgetter('candidate.task.scheduled_at'))
    ranked.sort(key=operator.attrgetter('weight'), reverse=True)
    return ranked


def _column(
    name: str,
    weigher: weigher.Weigher,
    candidates: abc.Sequence[model.Candidate],
    known: abc.Sequence[model.Measures],
    defaults: abc.Mapping[str, float],
) -> Column:
    """Ask one weigher about every candidate."""
    raws = array.array(
        'd',
        (
            math.nan if raw is None or not math.isfinite(raw) else raw
            for raw in map(weigher.weigh, candidates, known)
        ),
    )
    values = _scaled(raws, weigher.absolute)
    for at, raw in enumerate(raws):
        if raw != raw:  # NaN: absent
            unknown = candidates[at].policy.unknown
            if unknown is not None:
                values[at] = unknown
    default = defaults.get(name, weigher.multiplier)
    return Column(name, default, raws, values)


def _scaled(
    raws: 'array.array[float]', absolute: bool
) -> 'array.array[float]':
    """Bring raw values to the common scale, NaN to its neutral value."""
    if absolute:
        # NaN stays itself, in this order
        bounded = (min(max(raw, -LARGEST), LARGEST) for raw in raws)
        return _filled(array.array('d', bounded), MIDDLE)
    known = [raw for raw in raws if raw == raw]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if low == high:
        return array.array('d', bytes(8 * len(raws)))
    # the span of two floats may be beyond the largest float
    unit = 1.0 if math.isfinite(high - low) else 0.5
    low, span = low * unit, high * unit - low * unit
    scaled = array.array('d', ((raw * unit - low) / span for raw in raws))
    return _filled(scaled, statistics.median(v for v in scaled if v == v))


def _filled(
    values: 'array.array[float]', neutral: float
) -> 'array.array[float]':
    """Give what is absent the neutral value."""
    return array.array('d', (v if v == v else neutral for v in values))
