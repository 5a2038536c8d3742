"""The phases, one after another, on real services."""

import configparser
import stat
import subprocess

import openstack

from tests.cloud import tenant
from tests.demo import world
from tests.devstack import stop


def test_stack_ends_in_a_service_that_takes_points(devstack):
    said = devstack.stack()
    assert 'summary: Starting snapfault' in said
    assert set(devstack.pids()) == {
        'snapfault-api',
        'snapfault-worker-1',
        'snapfault-worker-2',
    }
    devstack.openstack('protection', 'list')
    clouds = devstack.environment['OS_CLIENT_CONFIG_FILE']
    owner = tenant.Tenant(world.connect(clouds, 'devstack'))
    owner.server(volumes=1, name='shop')
    devstack.openstack(
        *('protection', 'policy', 'create', 'gold'),
        *('--interval', '1h', '--quota', '2'),
    )
    devstack.openstack(
        *('protection', 'create', 'shop', '--server', 'shop'),
        *('--policy', 'gold'),
    )
    devstack.openstack('protection', 'run', 'shop', '--wait')
    listed = devstack.openstack(
        *('recovery', 'point', 'list', '-f', 'value', '-c', 'Status')
    )
    assert listed.split() == ['good']


def test_the_user_has_what_it_needs_and_no_more(devstack):
    clouds = devstack.environment['OS_CLIENT_CONFIG_FILE']
    config = openstack.config.OpenStackConfig(config_files=[clouds])
    with openstack.connection.Connection(
        config=config.get_one('admin')
    ) as admin:
        user = admin.identity.find_user('snapfault')
        given = admin.identity.role_assignments(
            user_id=user.id, include_names=True
        )
        roles = [(e.scope['project']['name'], e.role['name']) for e in given]
    assert roles == [('service', 'service')]


def test_its_passwords_are_its_own_to_read(devstack):
    path = devstack.configuration / 'snapfault.conf'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = configparser.RawConfigParser(default_section='')
    settings.read(path)
    assert settings['database']['connection'].startswith('mysql+pymysql://')
    assert settings['DEFAULT']['transport_url'].startswith('rabbit://')
    assert settings['rank']['source'] == 'none'  # no Gnocchi is enabled
    assert settings['delegation']['encryption_keys']


def test_the_catalogue_has_it_once_however_often_it_is_stacked(devstack):
    devstack.run('unstack')
    devstack.stack()
    clouds = devstack.environment['OS_CLIENT_CONFIG_FILE']
    config = openstack.config.OpenStackConfig(config_files=[clouds])
    with openstack.connection.Connection(
        config=config.get_one('admin')
    ) as admin:
        (found,) = admin.identity.services(type='fault-tolerance')
        endpoints = list(admin.identity.endpoints(service_id=found.id))
    host = devstack.environment['SERVICE_HOST']
    assert {each.url for each in endpoints} == {
        f'http://{host}/fault-tolerance'
    }
    assert len(endpoints) == 2


def test_unstack_ends_what_stack_began_and_clean_leaves_nothing(devstack):
    pids = devstack.pids().values()
    assert pids
    devstack.run('unstack')
    assert not any(stop.lives(each) for each in pids)
    assert devstack.pids() == {}
    devstack.run('clean')
    assert not devstack.configuration.exists()
    assert list((devstack.folder / 'sites').glob('*.site')) == []


def test_a_node_may_have_the_workers_alone(devstack):
    devstack.stack(DISABLED='snapfault-api', SNAPFAULT_WORKERS='1')
    try:
        assert set(devstack.pids()) == {'snapfault-worker-1'}
    finally:
        devstack.run('unstack')


def test_an_api_that_does_not_start_is_said(devstack):
    devstack.run('stack', 'post-config', SNAPFAULT_LOAD_SOURCE='nonsense')
    try:
        said = devstack.run('stack', 'extra', fails=True, SERVICE_TIMEOUT='5')
    finally:
        devstack.run('unstack')
    assert 'die: snapfault-api did not start' in said


def test_the_scripts_are_clean(devstack):
    """In bash's own words; the lint runner holds them to bashate, too."""
    for each in ('plugin.sh', 'settings', 'override-defaults'):
        subprocess.run(
            ['bash', '-n', f'devstack/{each}'],
            cwd=devstack.environment['SNAPFAULT_DIR'],
            check=True,
        )
