"""CrashAfter kills where it is told, and once dead stays dead."""

import pytest

from tests.fake import cloud
from tests.fake import crash
from tests.fake import faults


def build():
    fake = cloud.FakeCloud()
    delegation = fake.add_project()
    server = fake.add_server(delegation.project_id)
    return fake, delegation, fake.volumes_of(server)[0].id


@pytest.mark.parametrize(
    ('options', 'made'),
    [
        ({'calls': 0}, 0),
        ({'calls': 1}, 0),
        ({'calls': 1, 'acts': True}, 1),
        ({'calls': 2, 'acts': True}, 2),
        ({'calls': 1, 'methods': faults.CHANGES}, 1),
    ],
)
def test_crash_at_call(options, made):
    fake, delegation, volume_id = build()
    crashing = crash.CrashAfter(fake, **options)
    project = crashing.project(delegation)
    with pytest.raises(crash.Crash):  # noqa: PT012
        project.get_volume(volume_id)
        for name in ('a', 'b', 'c'):
            project.create_snapshot(volume_id, name, {})
    assert crashing.crashed
    with pytest.raises(crash.Crash):
        crashing.project(delegation).check()
    assert len(fake.world.snapshots) == made
    assert fake.count('check') == 0


def test_enough_calls_crash_nothing():
    fake, delegation, volume_id = build()
    crashing = crash.CrashAfter(fake, calls=5)
    crashing.project(delegation).get_volume(volume_id)
    assert crashing.host_status(fake.world.volumes[volume_id].server_ids[0])
    assert not crashing.crashed
