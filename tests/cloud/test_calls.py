"""What a cycle of backups asks of real services.

There are SNAPFAULT_SERVICES of them, three unless it is set, with
SNAPFAULT_VOLUMES each, two unless it is set; the promise of 2.5 calls a
volume is for 200 volumes together.
"""

import os

import pytest

from tests.cloud import cycles

SERVICES = int(os.environ.get('SNAPFAULT_SERVICES', '3'))
VOLUMES = int(os.environ.get('SNAPFAULT_VOLUMES', '2'))
#: Seconds: a minicloud on a small machine boots and attaches slowly.
LIMIT = 300 + 30 * SERVICES


@pytest.mark.timeout(LIMIT)
def test_calls_of_a_cycle(state, tmp_path, until):
    """The first is without removals, the next ones take as many as make."""
    with cycles.made(state, tmp_path, SERVICES, VOLUMES) as made:
        _look_at_three(made, until)


def _look_at_three(worker, until):
    members = SERVICES * VOLUMES
    first = worker.cycle(until, LIMIT)
    assert _ends(first, 'POST', '/snapshots') == members
    for number in (2, 3):
        calls = worker.cycle(until, LIMIT)
        made = _ends(calls, 'POST', '/snapshots')
        removed = _ends(calls, 'DELETE', '/snapshots/ID')
        assert (made, removed) == (members, members)
        rest = calls.total() - made - removed
        print(f'cycle {number}: {calls.total() / members:.2f} calls a volume')
        print(*sorted(calls.items()), sep='\n')
        asked = _ends(calls, 'GET', '/os-volume_attachments')
        assert rest - asked <= 30  # lists, however many services there are
        if members >= 200:
            assert calls.total() <= 2.5 * members


def _ends(calls, method, path):
    return sum(
        count
        for (of, at), count in calls.items()
        if of == method and at.endswith(path)
    )
