"""A tick that lasts longer than a lease loses nothing that it begins."""

from snapfault import clock
from snapfault import model
from snapfault.db import tasks
from tests.functional import stage as stages


def test_invariant_2_a_lease_counts_from_the_tasks_own_beginning(
    stage, monkeypatch
):
    """Else whoever looks next takes it from under the one that begins it.

    Patched: a tick of minutes would have to be waited for.
    """
    lasts = 2 * stages.LEASE
    monkeypatch.setattr(clock, 'stopwatch', lambda: lambda: lasts)
    task = tasks.create_now(stage.database, stage.protection(), stage.now)
    began = stage.now
    stage.tick()
    held = tasks.get(stage.database, None, task.id)
    assert held.status is model.TaskStatus.RUNNING
    assert held.lease_until == began + lasts + stages.LEASE
    assert tasks.waiting(stage.database, began + lasts, 10) == []
