"""Readiness, read from the in-memory cloud in a bounded number of calls."""

import sqlalchemy as sa

from snapfault import errors
from snapfault.db import protections
from snapfault.outlook import readying
from tests import build


def _judge(stage):
    listed = protections.list_page(stage.database, build.PROJECT, limit=100)
    found = readying.judge(stage.database, stage.cloud, listed, stage.now)
    return {each.protection.business_id: each for each in found}


def test_services_with_a_point_are_ready(stage):
    assert not _judge(stage)['shop'].is_ready
    stage.run()
    found = _judge(stage)['shop']
    assert found.is_ready, found.hindrances
    assert found.point.id == stage.good()[0].id
    assert stage.cloud.changes()[-1].method == 'create_snapshot'


def test_of_each_service_its_own(stage):
    stage.protect('ledger')
    stage.protect('mail', volumes=1, volume_backed=True)
    for name in ('shop', 'mail'):
        stage.run(name)
    stage.cloud.world.images[
        stage.protection('mail').image_id
    ].status = 'deactivated'
    found = _judge(stage)
    assert found['shop'].is_ready, found['shop'].hindrances
    assert 'no good recovery point' in found['ledger'].hindrances[0]
    (hindrance,) = found['mail'].hindrances
    assert 'is deactivated' in hindrance


def test_a_root_that_nova_would_keep_is_no_readiness(stage):
    stage.protect('till', volumes=0, volume_backed=True)
    stage.cloud.nova.reimages = False
    stage.run('shop')
    stage.run('till')
    found = _judge(stage)
    assert found['shop'].is_ready, found['shop'].hindrances
    (hindrance,) = found['till'].hindrances
    assert 'microversion 2.93' in hindrance


def test_a_dead_trust_is_no_readiness(stage):
    stage.run()
    stage.cloud.kill_trust(stage.right)
    (hindrance,) = _judge(stage)['shop'].hindrances
    assert 'no token' in hindrance


def test_a_dead_trust_of_one_is_not_anothers(stage):
    stage.run()
    stage.protect('ledger')
    stage.run('ledger')
    mine = stage.cloud.add_trust(build.PROJECT)
    ledger = stage.protection('ledger')
    with stage.database.engine.begin() as connection:
        connection.execute(
            sa.text('update protections set trust_id = :id where id = :of'),
            {'id': mine.right_id, 'of': ledger.id},
        )
    stage.cloud.kill_trust(mine)
    found = _judge(stage)
    assert found['shop'].is_ready, found['shop'].hindrances
    assert not found['ledger'].is_ready


def test_an_outage_is_told(stage):
    stage.run()
    stage.cloud.fail('list_volumes', errors.CloudUnavailable('503'))
    (hindrance,) = _judge(stage)['shop'].hindrances
    assert '503' in hindrance


def test_a_key_is_asked_for_once(stage):
    stage.run()
    for volume in stage.cloud.volumes_of(stage.servers['shop']):
        volume.encrypted = True
    lost = stage.cloud.volumes_of(stage.servers['shop'])[0]
    stage.cloud.lose_key(lost)
    (hindrance,) = _judge(stage)['shop'].hindrances
    assert lost.id in hindrance
    assert '403' in hindrance


def test_a_hundred_services_cost_the_lists_of_one(stage):
    """One token, four reads of the project, and each image once."""
    for number in range(20):
        stage.protect(f'service-{number}')
    image_id = stage.protection().image_id
    with stage.database.engine.begin() as connection:
        connection.execute(
            sa.text('update protections set image_id = :id'), {'id': image_id}
        )
    stage.cloud.calls.clear()
    assert len(_judge(stage)) == 21
    asked = [each.method for each in stage.cloud.calls]
    assert sorted(asked) == [
        'check',
        'get_headroom',
        'get_image',
        'list_servers',
        'list_snapshots',
        'list_volumes',
    ]
