"""Kill workers at random moments, over all that they can be at."""

import collections
import dataclasses
import time

import sqlalchemy as sa

from snapfault import model
from snapfault.db import tables
from tests.cloud import estate
from tests.cloud import judgement
from tests.cloud import workers
from tests.demo import service

WORKERS = 3
#: Seconds: the longest wait before a kill, which is one after which most
#: recoveries are at an end; and until all must be.
LONGEST = 6.0
PATIENCE = 300
#: Kills among which each kind of work must have been struck.
THOROUGH = 100
OF_VOLUMES = 1  #: services that boot from a volume


@dataclasses.dataclass
class Tally:
    """What was done, and what went wrong."""

    kills: collections.Counter
    kinds: collections.Counter  #: of what they struck; a kill may strike many
    steps: collections.Counter  #: of recoveries, begun and not done
    ended: collections.Counter
    wrong: list

    def unstruck(self):
        """Say at what nobody was killed, if there were kills enough."""
        if self.kills.total() < THOROUGH:
            return []
        return [
            f'nobody was killed at {each}'
            for each in estate.KINDS
            if not self.kinds[each]
        ]

    def __str__(self):
        return '; '.join(
            f'{what} {_told(counted)}'
            for what, counted in (
                ('killed in', self.kills),
                ('within the steps', self.steps),
                ('ended:', self.ended),
            )
        )


class Ordeal:
    """An estate, and the workers that look after it."""

    def __init__(self, state, folder, services, chance):
        """Make the services."""
        self._chance = chance
        self._folder = folder
        self._minicloud = service.read_minicloud(state)
        url = f'sqlite:///{folder}/snapfault.db'
        self._estate = estate.Estate(
            state,
            folder,
            url,
            services,
            of_volumes=OF_VOLUMES,
            automatic=True,
        )
        self._tally = Tally(
            *(collections.Counter() for _ in range(4)), wrong=[]
        )

    def go(self, kills, progress):
        """Kill so many workers that were at work; then look at it all.

        :returns: what was done, and what went wrong
        """
        with workers.Workers(
            self._folder, self._minicloud, WORKERS
        ) as at_work:
            for each in self._estate.services:
                self._estate.ask_for_run(each)
            self._wait_for_the_end(at_work)
            while self._tally.kills.total() < kills:
                self._ask_all()
                time.sleep(self._chance.uniform(0, LONGEST))
                self._kill_one(at_work)
                at_work.fill_up()
                progress(self._tally.kills.total(), _told(self._tally.kills))
            self._wait_for_the_end(at_work)
        self._tally.wrong += judgement.judge(self._estate, self._tally.ended)
        self._tally.wrong += self._tally.unstruck()
        self._estate.close()
        return self._tally

    def _ask_all(self):
        """Ask something of each service that has nothing under way."""
        busy = self._estate.busy()
        for each in self._estate.services:
            if each.id not in busy:
                self._ask_for_anything(each)

    def _ask_for_anything(self, each):
        """Ask for one thing, the likelier the less it was struck so far.

        What is over soon would hardly ever be, otherwise.
        """
        asks = [
            ('runs', self._estate.ask_for_run),
            ('recoveries', self._estate.ask_for_recovery),
            ('recoveries', self._estate.break_first),
            ('automatic recoveries', self._estate.break_alone),
            ('drills', self._estate.ask_for_drill),
        ]
        if self._estate.can_undo(each):
            asks.append(('undos', self._estate.ask_for_undo))
        weights = [1 / (1 + self._tally.kinds[kind]) for kind, _ in asks]
        ((_, ask),) = self._chance.choices(asks, weights)
        ask(each)

    # what is killed

    def _kill_one(self, at_work):
        """Kill one of those that hold something."""
        holders = collections.defaultdict(list)
        for what, (table, _) in estate.WORKS.items():
            for each in self._estate.open(table):
                if each.status == 'running' and each.claimed_by:
                    pid = int(each.claimed_by.split(':')[1])
                    holders[pid].append((estate.kind(what, each), each))
        if not holders:
            return
        victim = self._chance.choice(sorted(holders))
        begun = self._begun(holders[victim])
        if at_work.kill(victim):
            kinds = sorted({kind for kind, _ in begun})
            self._tally.kills[' and '.join(kinds)] += 1
            self._tally.kinds.update(kinds)
            for _, names in begun:
                self._tally.steps.update(names)

    def _begun(self, held):
        """Give what is held, and the steps of it that are under way."""
        with self._estate.database.reader() as session:
            return [
                (
                    what,
                    session.scalars(
                        sa.select(tables.Step.name).where(
                            tables.Step.recovery_id == each.id,
                            tables.Step.status == model.StepStatus.STARTED,
                        )
                    ).all(),
                )
                for what, each in held
            ]

    def _wait_for_the_end(self, at_work):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            at_work.fill_up()
            if self._estate.is_calm():
                return
            time.sleep(0.3)
        self._tally.wrong.append(f'not at an end after {PATIENCE} s')


def _told(counted):
    return ', '.join(f'{what} {n}' for what, n in counted.most_common())
