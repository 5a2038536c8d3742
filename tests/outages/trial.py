"""Strike a plant in the middle of its work, and see how it comes back."""

import collections
import dataclasses
import re
import time

from tests.cloud import estate
from tests.cloud import judgement
from tests.minicloud import faults
from tests.outages import doors
from tests.outages import plant as plants
from tests.outages import strikes

#: What a worker logs of what it has won.
HELD = re.compile(r'begins with weight|rehearses|is at it')
SERVICES = 6
PATIENCE = 240  #: seconds after which it counts as stuck
#: Seconds until what was asked for has begun.
BEGINNING = 5


@dataclasses.dataclass(frozen=True)
class Found:
    """How one strike ended."""

    name: str
    under_way: str  #: of what, when it struck
    lasted: float  #: seconds
    done: float  #: seconds after its end: all that was asked for is done
    fresh: float  #: seconds that a run then takes, asked for at each API
    wrong: tuple[str, ...]

    def __str__(self):
        return (
            f'{self.name:<24} {self.lasted:5.1f} {self.done:6.1f}'
            f' {self.fresh:6.1f}  {self.under_way}'
            + ''.join(f'\n    {each}' for each in self.wrong)
        )


HEADING = f'{"struck":<24} {"lasts":>5} {"done":>6} {"fresh":>6}  under way'


class Trial:
    """A plant, and an estate that it looks after."""

    def __init__(self, plant, services, chance):
        """Make the services and start the processes.

        :param plant: whose servers run
        :param services: a multiple of three has as much of each work
        """
        self._plant = plant
        self._chance = chance
        self.estate = estate.Estate(
            plant.state, plant.folder, plant.url, services
        )
        plant.fill_up()
        self._doors = doors.Doors(plant.ports, self.estate.world.token)
        self._asked = collections.Counter()

    def close(self):
        """Take the services away."""
        self.estate.close()

    def begin(self):
        """Take a good point of each service."""
        self._doors.wait()
        self._run(self.estate.services)
        stuck = self._wait()
        assert stuck is None, stuck

    def _run(self, services):
        for each in services:
            self._doors.run(each)
            self._asked['runs'] += 1

    def strike(self, chosen):
        """Strike while runs, recoveries and drills are under way."""
        self._ask()
        under_way = self._begun()
        time.sleep(self._chance.uniform(0, 2))
        begun = time.monotonic()
        strikes.strike(self._plant, chosen)
        healed = time.monotonic()
        stuck = self._wait()
        done = time.monotonic() - healed
        wrong = [stuck] if stuck else []
        fresh = time.monotonic()
        if not wrong:
            self._doors.wait()
            self._run(self.estate.services[: plants.APIS])
            stuck = self._wait()
            wrong += [stuck] if stuck else self._judge()
        return Found(
            chosen.name,
            under_way,
            healed - begun,
            done,
            time.monotonic() - fresh,
            tuple(wrong),
        )

    def idle(self):
        """Give the workers that have held nothing, by what they log."""
        return tuple(
            each.name
            for each in self._plant.workers
            if not HELD.search(each.log.read_text())
        )

    def _ask(self):
        services = list(self.estate.services)
        self._chance.shuffle(services)
        ways = (self._doors.run, self._recover, self._doors.rehearse)
        names = tuple(estate.WORKS)
        for number, each in enumerate(services):
            ways[number % 3](each)
            self._asked[names[number % 3]] += 1

    def _recover(self, each):
        if self._chance.random() < 0.5:
            self.estate.world.put_in_error(each.server_id)
        self._doors.recover(each)

    def _begun(self):
        """Wait until a work of each kind is in somebody's hands."""
        end = time.monotonic() + BEGINNING
        while True:
            counted = {
                what: sum(
                    each.status == 'running'
                    for each in self.estate.open(table)
                )
                for what, (table, _) in estate.WORKS.items()
            }
            if all(counted.values()) or time.monotonic() > end:
                return ', '.join(f'{n} {what}' for what, n in counted.items())
            time.sleep(0.05)

    def _wait(self):
        """Wait until all is at its end, and say what is not."""
        end = time.monotonic() + PATIENCE
        while self.estate.busy():
            self._plant.see_all_there()
            if time.monotonic() > end:
                return f'not at an end after {PATIENCE} s: ' + ', '.join(
                    f'{what} {each.id} {each.status} {each.reason}'
                    for what, (table, _) in estate.WORKS.items()
                    for each in self.estate.open(table)
                )
            time.sleep(0.1)
        return None

    def _judge(self):
        ended = collections.Counter()
        wrong = judgement.judge(self.estate, ended)
        if ended != self._asked:
            wrong.append(f'{ended} of what was asked for: {self._asked}')
        return wrong


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How all of them ended."""

    cases: tuple[Found, ...]
    idle: tuple[str, ...]  #: workers that have done nothing

    def __str__(self):
        return '\n'.join([HEADING, *map(str, self.cases)])


def outages(state, folder, count, chance, progress):
    """Try so many of the strikes, from the first.

    :param state: the folder of a minicloud that runs
    :param folder: an empty one
    """
    cases = []
    with plants.Plant(state, folder) as plant:
        trial = Trial(plant, SERVICES, chance)
        try:
            trial.begin()
            for each in strikes.STRIKES[:count]:
                cases.append(trial.strike(each))
                progress(len(cases), each.name)
            return Outcome(tuple(cases), trial.idle())
        finally:
            faults.clear(state)
            trial.close()
