"""When is what was said of a service enough to act on. Pure."""

import collections.abc
import datetime
import typing

from snapfault import model

#: The bulk watch must have seen it so often, whatever the time between.
LOOKS: typing.Final = 2


def said(
    evidence: collections.abc.Iterable[model.Evidence],
    source: model.Source,
    now: datetime.datetime,
    *findings: str,
) -> list[model.Evidence]:
    """Give what a source says and still means, the oldest first.

    :param findings: only these; none: whatever it says
    """
    found = [
        each
        for each in evidence
        if each.source is source
        and each.expires_at > now
        and (not findings or each.finding in findings)
    ]
    return sorted(found, key=lambda each: (each.first_at, each.finding))


def is_enough(evidence: model.Evidence, confirm: int) -> bool:
    """Say whether it was said often and long enough.

    :param confirm: the policy's, in seconds
    """
    lasted = (evidence.last_at - evidence.first_at).total_seconds()
    return evidence.count >= LOOKS and lasted >= confirm


def how_far(
    evidence: collections.abc.Sequence[model.Evidence], confirm: int
) -> str:
    """Say what is lacking until it is enough."""
    if not evidence:
        return f'not confirmed yet: it must last {confirm} s'
    first = evidence[0]
    lasted = int((first.last_at - first.first_at).total_seconds())
    times = 'once' if first.count == 1 else f'{first.count} times'
    return f'not confirmed yet: said {times}, over {lasted} of {confirm} s'
