"""A series of rankings with too little room: everybody gets a turn.

In each round the heaviest few of all protections run, and are due again at
once: there is never room for all, which is the worst that can be.
"""

import dataclasses
import datetime
import itertools

import pytest

from snapfault import model
from snapfault import rules
from snapfault.rank import plan
from snapfault.rank.weighers import failures
from snapfault.rank.weighers import performance
from snapfault.rank.weighers import rpo
from snapfault.rank.weighers import staleness
from tests import build

CPU = rules.Metric('cpu_util')
WEIGHERS = {
    'failures': failures.Failures(),
    'performance': performance.Performance(),
    'rpo': rpo.Rpo(),
    'staleness': staleness.Staleness(),
}
DAY = datetime.timedelta(days=1)
ROUNDS = 600
#: How many rounds there are in the time that ageing is counted by.
DEADLINE = 30
#: How many protections there are, and how many of them run in a round.
SOUND, FAILING, ROOM = 12, 6, 2


@dataclasses.dataclass
class Service:
    """A protection, as the series goes on."""

    name: str
    is_failing: bool
    last_good_at: datetime.datetime = build.NOW
    due_at: datetime.datetime = build.NOW
    failures: int = 0
    ran_at: list = dataclasses.field(default_factory=lambda: [0])

    def candidate(self, policy, now):
        return model.Candidate(
            task=build.task(id=self.name, scheduled_at=self.due_at),
            protection=build.protection(server_id=self.name),
            policy=policy,
            last_good_at=self.last_good_at,
            now=now,
            failures=self.failures,
        )

    def run(self, round_, now):
        self.ran_at.append(round_)
        self.due_at = now
        if self.is_failing:
            self.failures += 1
        else:
            self.last_good_at, self.failures = now, 0

    def longest_wait(self):
        """Give the most rounds between two runs, or since the last."""
        times = [*self.ran_at, ROUNDS]
        return max(b - a for a, b in itertools.pairwise(times))


def series(unit, **policy):
    """Rank so often; half of the services are loaded all the time."""
    made = build.policy(thresholds=(rules.Threshold(CPU, 80.0),), **policy)
    services = [
        *(Service(f'sound-{at}', False) for at in range(SOUND)),
        *(Service(f'failing-{at}', True) for at in range(FAILING)),
    ]
    measures = {
        each.name: {CPU: model.Measure(100.0 * (at % 2), build.NOW)}
        for at, each in enumerate(services)
    }
    for round_ in range(ROUNDS):
        now = build.NOW + round_ * unit / DEADLINE
        waiting = [each.candidate(made, now) for each in services]
        ranked = plan.rank(waiting, measures, WEIGHERS)
        chosen = {each.candidate.task.id for each in ranked[:ROOM]}
        for each in services:
            if each.name in chosen:
                each.run(round_, now)
    return services


SERIES = [
    # multipliers of failures and of performance; RPO in seconds, else days
    (1.0, 1.0, 1800),
    (5.0, 1.0, 1800),
    (0.0, 1.0, 1800),
    (1.0, 4.0, 600),
    (0.0, 0.0, 600),
    (1.0, 1.0, None),
    (3.0, 1.0, None),
]


@pytest.mark.parametrize(('setback', 'load', 'seconds'), SERIES)
def test_neither_sound_nor_failing_ones_starve(setback, load, seconds):
    multipliers = {
        'failures': setback,
        'performance': load,
        'rpo': 1.0 if seconds else 0.0,
        'staleness': 0.0 if seconds else 1.0,
    }
    unit = datetime.timedelta(seconds=seconds) if seconds else DAY
    services = series(unit, multipliers=multipliers, rpo=seconds)
    fair = (SOUND + FAILING) / ROOM
    for each in services:
        # who has just had a good point starts at nothing, while one that
        # fails starts anew at the deadline, and is set back
        behind = load + 1.0 + (setback if each.is_failing else 0.0)
        assert each.longest_wait() <= behind * DEADLINE + fair
