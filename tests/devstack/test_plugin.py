"""The phases, one after another, on real services."""

import configparser
import contextlib
import json
import stat
import subprocess

from tests.cloud import tenant
from tests.demo import world
from tests.devstack import stop


def told(devstack, *words):
    """Run the client as the tenant; gives the record that it shows."""
    return json.loads(devstack.openstack(*words, '-f', 'json'))


def volumes_of_shop(devstack):
    """Give the ids of what is attached to its server."""
    shown = told(devstack, 'server', 'show', 'shop')
    return {each['id'] for each in shown['volumes_attached']}


def protect_shop(devstack):
    """Have the tenant protect its server, and take a point of it."""
    devstack.openstack(
        *('protection', 'policy', 'create', 'gold'),
        *('--cron', '0 0 1 1 *', '--quota', '2'),
        *('--recovery-margin', '0'),
    )
    devstack.openstack(
        *('protection', 'create', 'shop', '--server', 'shop'),
        *('--policy', 'gold'),
    )
    devstack.openstack('protection', 'run', 'shop', '--wait')


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
    protect_shop(devstack)
    listed = devstack.openstack(
        *('recovery', 'point', 'list', '-f', 'value', '-c', 'Status')
    )
    assert listed.split() == ['good']


def test_the_user_has_what_it_needs_and_no_more(devstack):
    assert devstack.roles() == [('service', 'service')]


def test_that_user_recovers_and_rehearses(devstack):
    """On other tests' clouds it is an admin; here the tenant's right does."""
    assert devstack.roles() == [('service', 'service')]
    before = volumes_of_shop(devstack)
    recovered = told(devstack, 'recovery', 'create', 'shop', '--yes', '--wait')
    assert recovered['status'] == 'done', recovered
    assert volumes_of_shop(devstack).isdisjoint(before)
    drilled = told(devstack, 'recovery', 'drill', 'create', 'shop', '--wait')
    assert drilled['status'] == 'done', drilled
    undo = ('recovery', 'undo', recovered['id'], '--yes', '--wait')
    assert told(devstack, *undo)['status'] == 'done'
    assert volumes_of_shop(devstack) == before


@contextlib.contextmanager
def host_of_shop_down(devstack):
    """Have an operator say that its compute host is down and fenced."""
    with devstack.admin() as admin:
        (server,) = admin.compute.servers(all_projects=True, name='shop')
        (found,) = admin.compute.services(
            binary='nova-compute', host=server.compute_host
        )
        admin.compute.update_service_forced_down(found, forced=True)
        try:
            yield
        finally:
            admin.compute.update_service_forced_down(found, forced=False)


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
    with devstack.admin() as admin:
        (found,) = admin.identity.services(type='fault-tolerance')
        endpoints = list(admin.identity.endpoints(service_id=found.id))
    host = devstack.environment['SERVICE_HOST']
    assert {each.url for each in endpoints} == {
        f'http://{host}/fault-tolerance'
    }
    assert len(endpoints) == 2


def test_only_an_admin_is_told_of_a_dead_host(devstack):
    """Others plan by what Nova tells them, in which no host is down."""
    with host_of_shop_down(devstack):
        protect_shop(devstack)
        plan = told(devstack, 'recovery', 'plan', 'show', 'shop')
        assert plan['possible'], plan
        devstack.run('unstack')
        devstack.stack(SNAPFAULT_ADMIN='True')
        assert devstack.roles() == [
            ('service', 'admin'),
            ('service', 'service'),
        ]
        protect_shop(devstack)
        plan = told(devstack, 'recovery', 'plan', 'show', 'shop')
        assert not plan['possible']
        assert 'compute service of the server is DOWN' in plan['reason']


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
