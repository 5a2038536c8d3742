"""What a person does about a recovery, asked of two processes at once."""

import concurrent.futures
import threading

import pytest

from snapfault import clock
from snapfault import model
from snapfault.db import journal
from snapfault.db import recoveries
from tests import build
from tests.functional.api import world as worlds
from tests.functional.db import samples

AT_ONCE = 4
ROUNDS = 3
OPEN = 'a recovery of server {} is open already'


@pytest.fixture
def other(world):
    """Give another process's application on the same database."""
    made = worlds.World(str(world.database.engine.url))
    yield made
    made.database.close()


@pytest.fixture
def failed(world):
    """Give a recovery that failed, and has a volume to be put back."""
    server_id = world.request('GET', '/v1/protections/protection-mine').json[
        'protection'
    ]['server_id']
    waiting = recoveries.create(
        world.database,
        build.recovery(
            project_id=worlds.MINE,
            protection_id='protection-mine',
            server_id=server_id,
            status=model.RecoveryStatus.WAITING,
            generation=0,
            claimed_by=None,
            lease_until=None,
        ),
    )
    now = clock.now()
    held = recoveries.claim(world.database, waiting, 'w', now, now)
    begun = journal.begin_attempt(
        world.database, held, samples.attempt(), (), (samples.kept(held),)
    )
    status = model.RecoveryStatus.FAILED
    return recoveries.finish(world.database, begun, status, 'no host', now)


def _at_once(apps, recovery, actions):
    """Ask for each action at the same moment, by turns of each process."""
    gate = threading.Barrier(len(actions))

    def ask(number, action):
        gate.wait(60)
        return apps[number % len(apps)].request(
            'POST',
            f'/v1/recoveries/{recovery.id}/{action}',
            {'recovery': {}} if action == 'retry' else None,
        )

    with concurrent.futures.ThreadPoolExecutor(len(actions)) as pool:
        asked = [pool.submit(ask, *each) for each in enumerate(actions)]
    return [each.result() for each in asked]


@pytest.mark.parametrize(
    'actions',
    [
        ('undo',) * AT_ONCE,
        ('retry',) * AT_ONCE,
        ('undo', 'undo', 'retry', 'retry'),
    ],
    ids=['undo', 'retry', 'both'],
)
def test_whoever_asks_at_once_one_is_heard(world, other, failed, actions):
    """Invariant 2: the others are told that it is open, and change nothing."""
    for number in range(ROUNDS):
        answers = _at_once((world, other), failed, actions)
        statuses = sorted(each.status_int for each in answers)
        assert statuses == [202] + [409] * (AT_ONCE - 1)
        (won,) = [each for each in answers if each.status_int == 202]
        for each in answers:
            if each is not won:
                (error,) = each.json['errors']
                assert error['detail'] == OPEN.format(failed.server_id)
        found = recoveries.list_page(world.database, worlds.MINE, limit=99)
        opened = [e for e in found if e.status in model.OPEN_RECOVERY]
        assert [each.id for each in opened] == [won.json['recovery']['id']]
        assert len(found) == number + 2
        path = f'/v1/recoveries/{opened[0].id}/abort'
        assert world.request('POST', path).status_int == 202
