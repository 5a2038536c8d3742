"""The commands against the real service, on the cloud in memory."""

import dataclasses

from oslo_config import cfg
import pytest
import webob.dec

from snapfault import clock
from snapfault import conf as options
from snapfault import rules
from snapfault import seal
from snapfault import vault
from snapfault.api import app
from snapfault.api import backend
from snapfault.db import policies
from snapfault.outlook import foresight
from snapfault.outlook import preview
from snapfault.outlook import readying
from snapfault.rank import load
from snapfault.rank import run as rank
from tests import build
from tests.fake import cloud as fake
from tests.functional import stage as stages


@pytest.fixture
def service(tmp_path, cloud):
    """Put the real API, a worker and its cloud behind the catalogue."""
    stage = stages.Stage(tmp_path)
    stage.now = clock.now()
    cloud.service = application(stage)
    server = stage.cloud.add_server(build.PROJECT, volumes=2, name='shop-1')
    cloud.servers['shop-1'] = server.id
    return stage


def application(stage):
    """Make the API, with a worker that works whenever it is woken."""
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    weighers = load.load()
    ranker = rank.Ranker(stage.cloud.read_measures, weighers)

    return app.make_application(
        conf,
        backend.Backend(
            database=stage.database,
            enroller=fake.FakeEnroller(stage.cloud),
            revoke=stage.cloud.revoke,
            vault=vault.Vault(stage.database, seal.Seal([])),
            preview=lambda project_id, now: preview.preview(
                stage.database, stage.cloud, ranker, project_id, now
            ),
            foresee=lambda *asked: foresight.foresee(
                stage.database, stage.cloud, *asked
            ),
            readiness=lambda *asked: readying.judge(
                stage.database, stage.cloud, *asked
            ),
            wake=lambda: None,
            weighers=frozenset(weighers),
        ),
        lambda inner, conf: let_in(inner, stage=stage),
    )


@webob.dec.wsgify.middleware
def let_in(request, inner, stage):
    """Take every token for a manager's, and let the worker go on a little."""
    stage.now = max(stage.now, clock.now())
    stage.tick(2)
    if any(each.status == 'waiting' for each in stage.recoveries()):
        stage.recover()
    request.headers['X-Project-Id'] = build.PROJECT
    request.headers['X-User-Id'] = 'user-1'
    request.headers['X-Roles'] = 'manager,member,reader'
    return request.get_response(inner)


@pytest.fixture
def shop(service, run):
    """Give the service with a business service that was protected.

    The worker goes by the real clock: nothing may fall due but at New Year.
    """
    for line in (
        'protection policy create yearly --cron "0 0 1 1 *" --quota 2 '
        '--threshold cpu_util=80 --multiplier performance=1.5 --rpo 2h '
        '--posture calm --recovery-margin 0',
        'protection create shop --server shop-1 --policy yearly',
    ):
        ran = run(line)
        assert ran.code == 0, ran.err
    return service


def test_a_service_is_protected_run_and_recovered(shop, run):
    ran = run('protection run shop --wait --timeout 20 -f json')
    assert (ran.code, ran.json['status']) == (0, 'done'), ran.err
    assert run('protection plan show -f json').json[0]['Position'] == 1
    [point] = run('recovery point list --status good -f json').json
    assert point['Business ID'] == 'shop'
    assert len(point['Members']) == 2
    ran = run(
        f'recovery create --yes shop --point {point["ID"]} '
        '--wait --timeout 20 -f json'
    )
    assert (ran.code, ran.json['status']) == (0, 'done'), ran.err
    names = [step['name'] for step in ran.json['steps']]
    for name in names:
        assert f'{name} done' in ran.err
    ran = run(f'recovery point delete --yes {point["ID"]}')
    assert ran.code == 1
    assert f'{point["ID"]} was not deleted: ' in ran.err
    assert '1 of 1 were not deleted' in ran.err


@pytest.mark.parametrize(
    'line',
    [
        'protection policy list --name yearly',
        'protection policy show yearly',
        'protection policy set yearly --quota 3 --no-rpo --no-threshold',
        'protection policy set yearly --cron "0 3 * * *" --time-zone UTC',
        'protection policy set yearly --no-multiplier --automatic-recovery',
        'protection list --policy yearly --business-id shop --limit 5',
        'protection show shop',
        'protection set shop --policy yearly',
        'protection pause shop',
        'protection unpause shop',
        'protection policy pause yearly',
        'protection policy unpause yearly',
        'protection policy preview --interval 1h --stagger 5m --count 3',
        'protection policy preview --schedule hourly=1h --schedule "w=0 3 * '
        '* sun#1" --time-zone Europe/Prague --blackout "08:00-18:00 mon-fri" '
        '--deadline 2h',
        'protection run shop',
        'protection task list --protection shop --status done --limit 1',
        'protection plan show',
        'recovery list --business-id shop --status done',
        'recovery point list --business-id shop --status good',
        'protection delete --yes shop',
    ],
)
def test_the_service_takes_what_the_commands_send(shop, run, line):
    ran = run(line)
    assert (ran.code, ran.err) == (0, '')


def test_what_the_service_refuses_is_told_in_its_words(shop, run):
    ran = run('protection policy delete --yes yearly')
    assert ran.code == 1
    assert '(HTTP 409)' in ran.err
    assert '[req-' in ran.err
    ran = run('protection list --all-projects')
    assert ran.code == 1
    assert 'fault-tolerance:project:all' in ran.err


def test_the_record_table_as_a_file(service, run, tmp_path):
    """What is exported and imported is the same, byte for byte."""
    file, copy = tmp_path / 'table.yaml', tmp_path / 'copy.yaml'
    file.write_text(
        'version: 1\n'
        'policies:\n'
        '  - name: nightly\n'
        '    schedules:\n'
        '      - cron: 30 2 * * *\n'
        '        time_zone: Europe/Berlin\n'
        '    quota:\n'
        '      count: 7\n'
        'protections:\n'
        '  - business_id: mail\n'
        '    server: shop-1\n'
        '    policy: nightly\n'
    )
    ran = run(f'protection import {file} --prune --yes -f json')
    assert ran.code == 0, ran.err
    assert [(each['Action'], each['Name']) for each in ran.json] == [
        ('create', 'nightly'),
        ('create', 'mail'),
        ('remove', 'gold'),
    ]
    assert run(f'protection export {copy}').code == 0
    (server_id,) = (each.id for each in service.cloud.world.servers.values())
    assert copy.read_text() == file.read_text().replace(
        'server: shop-1', f'server_id: {server_id}'
    )
    assert run(f'protection import {copy} -f json').json == []
    assert run(f'protection import {file} -f json').json == []
    assert run('protection export').out == copy.read_text()


def test_a_file_that_the_service_refuses(service, run, tmp_path):
    file = tmp_path / 'table.yaml'
    file.write_text(
        'version: 1\n'
        'policies:\n'
        '  - name: nightly\n'
        '    schedules: [{cron: every night}]\n'
        '    quota: {count: 7}\n'
        'protections:\n'
        '  - {business_id: mail, server: shop-1, policy: nightly}\n'
    )
    ran = run(f'protection import {file} --yes')
    assert ran.code == 1
    assert f'{file}, line 3: policies[0]: ' in ran.err
    assert run('protection policy list --name nightly -f json').json == []


def test_an_import_changes_what_was_agreed_to_or_nothing(
    service, cloud, run, tmp_path
):
    file = tmp_path / 'table.yaml'
    file.write_text('version: 1\npolicies: []\nprotections: []\n')
    (gold,) = policies.list_page(service.database, None, limit=2)
    answers = cloud.service

    def raced(environ, start):
        if environ['REQUEST_METHOD'] == 'PUT':
            shown = list(answers(environ, start))
            # somebody gives it another name while a person reads
            policies.update(
                service.database, dataclasses.replace(gold, name='platinum')
            )
            return shown
        return answers(environ, start)

    cloud.service = raced
    ran = run(f'protection import {file} --prune --yes')
    assert ran.code == 1
    assert 'read it again' in ran.err
    (kept,) = policies.list_page(service.database, None, limit=2)
    assert kept.name == 'platinum'


def test_a_webhook_is_shown_once_and_removed(shop, run):
    first = run('protection webhook create shop -f json')
    again = run('protection webhook create shop -f json')
    assert (first.code, again.code) == (0, 0)
    assert first.json['url'] != again.json['url']
    assert '/v1/webhooks/' in again.json['url']
    assert run('protection show shop -f json').json['webhook'] is True
    assert run('protection webhook delete --yes shop').code == 0
    assert run('protection show shop -f json').json['webhook'] is False
    assert run('protection webhook create nothing').code == 1
    assert run('protection webhook delete --yes nothing').code == 1


def test_what_somebody_else_sets_meanwhile_is_not_lost(shop, cloud, run):
    answers = cloud.service

    def raced(environ, start):
        if environ['REQUEST_METHOD'] == 'PATCH':
            policies.update(
                shop.database,
                dataclasses.replace(
                    policies.list_page(shop.database, None, limit=1)[0],
                    quota=rules.Quota(9),
                ),
            )
        return answers(environ, start)

    cloud.service = raced
    ran = run('protection policy set yearly --quota-age 30d')
    assert ran.code == 1
    assert 'read it again' in ran.err
    cloud.service = answers
    ran = run('protection policy show yearly -f json')
    assert ran.json['quota']['count'] == 9
    assert ran.json['quota']['age'] is None


def test_a_version_that_is_not_served_is_refused_with_those_that_are(
    service, run
):
    ran = run('--os-fault-tolerance-api-version 1.999 protection list')
    assert ran.code == 1
    assert 'Version 1.999 is not served: 1.0 to ' in ran.err
