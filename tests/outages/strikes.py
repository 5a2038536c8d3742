"""What may happen to a plant: how it begins, and how it ends."""

from collections import abc
import dataclasses
import signal
import time

from tests.minicloud import faults

#: Seconds that something hangs: longer than any lease, and than a client's
#: patience with its broker.
HANGS = 15
#: Seconds that a service of the cloud is gone: many leases, and more than any
#: request is waited for.
GONE = 180
HOUR = 3600


@dataclasses.dataclass(frozen=True)
class Strike:
    """Something that happens to one part for a while."""

    name: str
    strike: abc.Callable  #: of the plant
    heal: abc.Callable  #: of the plant
    lasts: float = HANGS  #: seconds between the two


def _kill_workers(plant):
    for each in plant.workers:
        each.kill()


def _fill_up(plant):
    plant.fill_up()


def _of_process(part, way, number):
    """Have one of our own processes killed, or hang."""

    def strike(plant):
        victim = getattr(plant, part)[number]
        if way == 'killed':
            victim.kill()
        elif way == 'ended':
            assert victim.end() == 0, f'{victim.name} does not end'
        else:
            victim.signal(signal.SIGSTOP)

    def heal(plant):
        if way == 'hangs':
            getattr(plant, part)[number].signal(signal.SIGCONT)
        plant.fill_up()

    return strike, heal


def _of_server(name, way):
    """Have the broker or the database killed, or hang."""

    def strike(plant):
        server = getattr(plant, name)
        if way == 'killed':
            server.kill()
        else:
            server.signal(signal.SIGSTOP)

    def heal(plant):
        server = getattr(plant, name)
        if way == 'killed':
            server.start(server.answers)
        else:
            server.signal(signal.SIGCONT)

    return strike, heal


def _of_cloud(service, way):
    """Have a service of the cloud killed, or hang."""

    def strike(plant):
        act = faults.kill if way == 'killed' else faults.freeze
        act(plant.state, service)

    def heal(plant):
        act = faults.start if way == 'killed' else faults.thaw
        act(plant.state, service)

    return strike, heal


def _of_clock(seconds):
    def strike(plant):
        plant.step_clock(seconds)

    def heal(plant):
        plant.step_clock(0)

    return strike, heal


#: The quickest come first: they are what ``make test`` tries.
STRIKES = (
    Strike('worker killed', *_of_process('workers', 'killed', 1), 0),
    Strike('RabbitMQ killed', *_of_server('broker', 'killed'), 3),
    Strike('clock of a worker +1 h', *_of_clock(HOUR), 10),
    Strike('MariaDB killed', *_of_server('database', 'killed'), 5),
    Strike('worker hangs', *_of_process('workers', 'hangs', 1)),
    Strike('worker ended', *_of_process('workers', 'ended', 1), 0),
    Strike('all workers killed', _kill_workers, _fill_up, 3),
    Strike('API killed', *_of_process('apis', 'killed', 0), 3),
    Strike('API hangs', *_of_process('apis', 'hangs', 0)),
    Strike('RabbitMQ hangs', *_of_server('broker', 'hangs')),
    Strike('MariaDB hangs', *_of_server('database', 'hangs')),
    Strike('clock of a worker -1 h', *_of_clock(-HOUR), 10),
    *(
        Strike(f'{service} {way}', *_of_cloud(service, way), seconds)
        for service in ('keystone', 'cinder', 'nova', 'glance')
        for way, seconds in (('killed', GONE), ('hangs', HANGS))
    ),
)


def strike(plant, chosen):
    """Let it happen for as long as it lasts, then heal it."""
    chosen.strike(plant)
    try:
        time.sleep(chosen.lasts)
    finally:
        chosen.heal(plant)
