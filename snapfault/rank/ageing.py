"""How long a candidate has been without a good point, and what of it counts.

Pure; for the weighers that let what waits grow more urgent.
"""

from snapfault import model


def age(candidate: model.Candidate) -> float:
    """Give the seconds since the last good point was complete.

    Before the first one it is the time since the protection was made. Never
    below 0, also where the clock of another machine is ahead.
    """
    since = candidate.last_good_at or candidate.protection.created_at
    return max(0.0, (candidate.now - since).total_seconds())


def counted(candidate: model.Candidate, allowance: float) -> float:
    """Give the seconds that count toward a deadline of ``allowance``.

    That is the age. But a protection whose runs fail grows old without end,
    and would be the first for ever: it counts, when a task of it falls due,
    as just at the deadline, and then its task's waiting is added. So a
    failed run sets it back, and waiting brings it to the front again.
    """
    found = age(candidate)
    if not candidate.failures:
        return found
    waited = candidate.now - candidate.task.scheduled_at
    return min(found, allowance + max(0.0, waited.total_seconds()))
