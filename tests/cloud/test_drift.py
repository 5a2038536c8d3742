"""What people do behind our back, on real services."""

import pytest

from snapfault import clock
from snapfault import model
from snapfault.db import points
from snapfault.db import protections
from snapfault.snapshot import reconcile
from snapfault.snapshot import sight
from tests.cloud import cycles


@pytest.fixture
def worker(state, tmp_path):
    """Give a pipeline with one service of two volumes."""
    with cycles.made(state, tmp_path, services=1, volumes=2) as made:
        yield made


def _gone(project, snapshot_id):
    return lambda: all(
        each.id != snapshot_id for each in project.list_snapshots()
    )


def test_a_snapshot_deleted_by_hand_and_a_copy_of_our_tags(worker, until):
    worker.cycle(until, 120)
    (owner,) = worker.owners
    (point,) = points.list_page(worker.database, None, limit=9)
    victim, kept = point.members
    project = worker.world.project
    (ours,) = project.find_snapshots(kept.id)
    copy = project.create_snapshot(kept.volume_id, 'a copy', ours.metadata)
    project.delete_snapshot(victim.snapshot_id)
    until(_gone(project, victim.snapshot_id))
    seen = sight.Sight(worker.context.cloud, [owner.delegation], clock.now())
    found = reconcile.reconcile(
        worker.database, seen, owner.project_id, clock.now()
    )
    assert [each.point.id for each in found.lost] == [point.id]
    assert [each.snapshot.id for each in found.strays] == [copy.id]
    lost = points.get(worker.database, None, point.id)
    assert lost.status is model.PointStatus.LOST
    worker.cycle(until, 120)
    left = {each.id for each in project.list_snapshots()}
    assert {copy.id, kept.snapshot_id} < left


def test_a_server_that_is_deleted_orphans_its_protection(worker, until):
    worker.cycle(until, 120)
    (owner,) = worker.owners
    worker.world.delete_server(owner.server_id)
    worker.cycle(until, 120, ends=model.TaskStatus.FAILED)
    found = protections.get(worker.database, None, owner.id)
    assert found.status is model.ProtectionStatus.ORPHANED
    (point,) = points.list_page(worker.database, None, limit=9)
    assert point.status is model.PointStatus.GOOD
