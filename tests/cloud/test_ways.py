"""Other ways of a recovery, and the way back, on real services."""

import time

from tests.cloud import tenant as tenants


def _ended(business, recovery_id):
    def look():
        path = f'/v1/recoveries/{recovery_id}'
        found = business.tenant.ask('GET', path)['recovery']
        return None if found['status'] in ('waiting', 'running') else found

    return look


def _with_point(business, until):
    task_id = business.run()
    until(lambda: business.task(task_id)['status'] in ('done', 'failed'))
    assert [each['status'] for each in business.points()] == ['good']
    time.sleep(1.5)  # Nova tells the time of a fault in whole seconds


def test_an_undo_puts_the_damaged_volumes_back(alpha, until):
    business = alpha.business(volumes=2)
    _with_point(business, until)
    recovery_id = business.recover()
    found = until(_ended(business, recovery_id), 120)
    assert found['status'] == 'done', found['reason']
    restored = business.attached()
    assert not set(restored.values()) & set(business.volume_ids.values())
    answer = alpha.ask('POST', f'/v1/recoveries/{recovery_id}/undo')
    undone = until(_ended(business, answer['recovery']['id']), 120)
    assert undone['status'] == 'done', undone['reason']
    assert business.attached() == business.volume_ids
    assert business.server().status == 'ACTIVE'
    storage = alpha.cloud.block_storage
    for each in business.volume_ids.values():
        assert storage.get_volume(each).status == 'in-use'


def test_a_check_of_the_console_decides_whether_it_is_done(alpha, until):
    """The port checks reach no address here: servers have no network."""
    says, never = (
        {'driver': 'console', 'options': {'text': text}, 'timeout': 5}
        for text in ('CONSOLE', 'the guest never writes this')
    )
    rules = {'automatic': False, 'margin': 0, 'checks': [says]}
    business = alpha.business(volumes=1, recovery=rules)
    _with_point(business, until)
    found = until(_ended(business, business.recover()), 120)
    assert found['status'] == 'done', found['reason']
    body = {'policy': {'recovery': {**rules, 'checks': [says, never]}}}
    alpha.ask('PATCH', f'/v1/policies/{business.policy_id}', body)
    before = business.attached()
    (point,) = business.points('good')
    recovery_id = business.recover(recovery_point_id=point['id'])
    found = until(_ended(business, recovery_id), 120)
    assert found['status'] == 'failed'
    assert 'verify: console: ' in found['reason']
    assert f'openstack recovery undo {recovery_id}' in found['reason']
    assert len(found['attempts']) == 1  # no other than the one named
    assert not set(business.attached().values()) & set(before.values())


def test_data_alone_comes_back_to_a_server_that_is_well(alpha, until):
    business = alpha.business(volumes=1)
    _with_point(business, until)
    ((device, lost),) = business.volume_ids.items()
    storage, compute = alpha.cloud.block_storage, alpha.cloud.compute
    compute.delete_volume_attachment(business.server_id, lost)
    until(lambda: storage.get_volume(lost).status == 'available')
    marks = business.server().metadata
    found = until(_ended(business, business.recover()), 120)
    assert found['status'] == 'done', found['reason']
    assert business.attached().keys() == {device}
    assert lost not in business.attached().values()
    assert business.server().status == 'ACTIVE'
    assert business.server().metadata == marks  # it was not rebuilt


def test_a_server_that_boots_from_a_volume_is_recovered(alpha, until):
    image = next(alpha.cloud.image.images(name='cirros'))
    root = {
        'boot_index': 0,
        'uuid': image.id,
        'source_type': 'image',
        'destination_type': 'volume',
        'volume_size': 1,
        'delete_on_termination': True,
    }
    server, data = alpha.server(
        volumes=1, image_id='', block_device_mapping=[root]
    )
    policy = alpha.policy()
    made = alpha.protect(server.id, policy['id'])
    business = tenants.Business(
        alpha,
        made['business_id'],
        server.id,
        image.id,
        data,
        policy['id'],
        made['id'],
    )
    before = business.attached()
    _with_point(business, until)
    found = until(_ended(business, business.recover()), 120)
    assert found['status'] == 'done', found['reason']
    after = business.attached()
    assert after.keys() == before.keys()
    changed = {each for each in after if after[each] != before[each]}
    assert changed == data.keys()  # the root was written anew in its place
    storage = alpha.cloud.block_storage
    root_id = after[min(after)]
    assert storage.get_volume(root_id).status == 'in-use'
    assert business.server().status == 'ACTIVE'


def test_a_drill_proves_a_point_and_leaves_nothing(alpha, until):
    business = alpha.business(volumes=1)
    _with_point(business, until)
    attached = business.attached()
    servers = {each.id for each in alpha.cloud.compute.servers()}
    volumes = {each.id for each in alpha.cloud.block_storage.volumes()}
    body = {'drill': {'business_id': business.id}}
    asked = alpha.ask('POST', '/v1/drills', body)['drill']

    def over():
        found = alpha.ask('GET', f'/v1/drills/{asked["id"]}')['drill']
        return None if found['status'] in ('waiting', 'running') else found

    drill = until(over, 120)
    assert drill['status'] == 'done', drill['reason']
    (point,) = business.points()
    assert point['proof'] == 'proven'
    assert {each.id for each in alpha.cloud.compute.servers()} == servers
    left = {each.id for each in alpha.cloud.block_storage.volumes()}
    assert left == volumes
    assert business.attached() == attached
    assert business.server().status == 'ACTIVE'
