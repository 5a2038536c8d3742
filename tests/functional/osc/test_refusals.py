"""What goes wrong, and what the person who did it is told."""

import pytest

from tests.functional.osc import standin

NEW = 'protection policy create new'
SET = 'protection policy set gold'
LATE = 'protection policy create new --quota 1 --interval 60'
DOOR = (
    (f'{NEW} --quota 1', 'one of the arguments --interval --cron'),
    (f'{NEW} --interval 60', 'argument --quota: '),
    (f'{NEW} --quota 0 --interval 60', 'argument --quota: ', 'at least 1'),
    (f'{NEW} --quota x --interval 60', 'argument --quota: ', "'x'"),
    (f'{NEW} --quota 1 --interval 5x', 'argument --interval: ', '1h30m'),
    (f'{NEW} --quota 1 --interval -5', 'argument --interval: '),
    (f"{NEW} --quota 1 --interval ''", 'argument --interval: '),
    (f'{NEW} --quota 1 --interval 1.5h', 'argument --interval: '),
    (f'{NEW} --quota 1 --interval 0', 'argument --interval: ', 'no time'),
    (
        f"{NEW} --quota 1 --interval 60 --cron '0 3 * * *'",
        'argument --cron: not allowed with argument --interval',
    ),
    (f"{NEW} --quota 1 --cron '0 3'", 'argument --cron: ', 'five fields'),
    (f'{LATE} --time-zone UTC', 'argument --time-zone: goes with --cron'),
    (f'{LATE} --threshold x=nan', 'argument --threshold: ', 'METRIC=VALUE'),
    (f'{LATE} --threshold x=inf', 'argument --threshold: ', 'finite'),
    (f'{LATE} --threshold x', 'argument --threshold: ', 'cpu_util=80'),
    (f'{LATE} --threshold =3', 'argument --threshold: ', 'cpu_util=80'),
    (f'{LATE} --threshold x=0', 'argument --threshold: ', 'above zero'),
    (
        f'{LATE} --threshold x=1 --threshold x=2',
        "argument --threshold: 'x' is given more than once",
    ),
    (
        f'{NEW} --quota 1 --schedule a=1h --schedule a=2h',
        "argument --schedule: 'a' is given more than once",
    ),
    (f'{NEW} --quota 1 --schedule 1h', 'argument --schedule: ', 'LABEL=WHEN'),
    (f'{LATE} --blackout 8-18', 'argument --blackout: ', '22:00-04:00'),
    (f'{LATE} --blackout 08:00-25:00', 'argument --blackout: '),
    (f"{LATE} --blackout '08:00-18:00 mon-wet'", 'argument --blackout: '),
    (f"{LATE} --blackout '08:00-18:00 mon UTC x'", '--blackout: '),
    (f'{LATE} --tier minutely=7', 'argument --tier: ', 'hourly'),
    (f'{LATE} --tier daily=0', 'argument --tier: ', 'at least 1'),
    (f'{LATE} --tier-time-zone UTC', 'argument --tier-time-zone: '),
    (f'{LATE} --label-quota w:size=7', 'argument --label-quota: ', 'count'),
    (f'{LATE} --priority 101', 'argument --priority: ', '-100 to 100'),
    (f'{LATE} --unknown-weight 2', 'argument --unknown-weight: '),
    (f'{LATE} --threshold x=1~y', 'argument --threshold: ', '~MARGIN'),
    (f'{LATE} --select-metadata gold', 'argument --select-metadata: '),
    (f'{SET} --tier daily=1 --no-tier', 'argument --no-tier: not allowed'),
    (f'{SET} --deadline 1h --no-deadline', 'argument --no-deadline: '),
    (f'{LATE} --multiplier rpo=much', 'argument --multiplier: ', 'WEIGHER=X'),
    ('protection policy preview', 'one of the arguments --interval --cron'),
    ('protection policy preview --cron x', 'argument --cron: ', 'five fields'),
    ('protection policy preview --interval 1h --count 0', '--count: '),
    ('protection policy preview --interval 1h --time-zone UTC', '--cron'),
    ('protection set shop', 'argument --policy: '),
    (
        'protection set shop --delegation password',
        'argument --delegation: invalid choice',
    ),
    (
        'protection set shop --delegation application-credential',
        'argument --application-credential: ',
    ),
    (
        'protection set shop --delegation trust --application-credential x',
        'argument --application-credential: is for',
    ),
    (
        'protection set shop --delegation trust --delegation-project x',
        'argument --delegation-project: is for',
    ),
    (
        'protection set shop --delegation application-credential'
        f' --application-credential {standin.CREDENTIAL}'
        ' --application-credential-secret-file /nowhere',
        'argument --application-credential-secret-file: ',
    ),
    ('protection pause', 'required: <protection>'),
    ('protection policy unpause', 'required: <policy>'),
    (f'{LATE} --posture bold', 'argument --posture: ', 'risk', 'calm'),
    (f'{LATE} --rpo soon', 'argument --rpo: ', '15m'),
    (f'{LATE} --recovery-margin 1y', 'argument --recovery-margin: '),
    (f'{LATE} --steps-back 11', 'argument --steps-back: ', 'from 0 to 10'),
    (f'{LATE} --recovery-check port=22', '--recovery-check: ', 'tcp,port=22'),
    (f'{LATE} --recovery-check tcp,port', '--recovery-check: ', 'KEY=VALUE'),
    (f'{LATE} --recovery-check tcp,a=1,a=2', 'each option once'),
    (f"{LATE} --drill-schedule '0 3 *'", 'argument --drill-schedule: '),
    (f"{LATE} --drill-schedule '0 3 * * * UTC x'", "'x' is too much"),
    (
        f'{SET} --recovery-check tcp,port=1 --no-recovery-check',
        'argument --no-recovery-check: not allowed with',
    ),
    (SET, 'say what to set'),
    (f'{SET} --rpo 1h --no-rpo', 'argument --no-rpo: not allowed with'),
    ('protection task list --status bad', 'argument --status: ', 'waiting'),
    (
        'protection policy list --sort alarm',
        "argument --sort: 'alarm': give one of created_at, name",
    ),
    ('recovery list --sort business_id:up', "argument --sort: 'business_id:"),
    ('recovery list --limit 0', 'argument --limit: ', 'at least 1'),
    (
        'recovery create --yes shop --timeout 5',
        'argument --timeout: ',
        '--wait',
    ),
    ('protection run shop --timeout 5', 'argument --timeout: ', '--wait'),
    ('protection create shop --policy gold', 'required: --server'),
)


@pytest.mark.parametrize('case', DOOR, ids=[case[0] for case in DOOR])
def test_refused_at_the_door(cloud, run, case):
    line, *texts = case
    ran = run(line)
    assert ran.code != 0
    for text in texts:
        assert text in ran.err
    assert 'Traceback' not in ran.err
    assert cloud.asked == []


LATER = ': the service, or a proxy before it, is in trouble; try later'
ERRORS = (
    (
        (409, standin.error(409, 'It has only one good point.')),
        'It has only one good point. [req-7] (HTTP 409)',
    ),
    ((403, standin.error(403, 'Not yours.')), 'Not yours. [req-7] (HTTP 403)'),
    ((404, standin.error(404, 'None.', None)), 'None. (HTTP 404)'),
    ((502, '<html>broken</html>'), f'Bad Gateway{LATER} (HTTP 502)'),
    ((500, {'errors': []}), f'Internal Server Error{LATER} (HTTP 500)'),
)


@pytest.mark.parametrize(('refusal', 'told'), ERRORS)
def test_the_services_own_words_are_told(cloud, run, refusal, told):
    cloud.refusal = [refusal]
    ran = run(f'recovery point show {standin.identity(4)}')
    assert (ran.code, ran.err.strip()) == (1, told)


def test_deletes_what_it_can_and_says_what_it_could_not(cloud, run):
    cloud.keep('recovery-points', 4, members=[])
    missing, there = standin.identity(9), standin.identity(4)
    ran = run(f'recovery point delete --yes {missing} {there}')
    assert ran.code == 1
    assert f'{missing} was not deleted: There is no' in ran.err
    assert '1 of 2 were not deleted' in ran.err
    assert cloud.kept['recovery-points'][there]['status'] == 'deleting'


def test_a_name_nobody_has(cloud, run):
    ran = run('protection policy show gold')
    assert ran.code == 1
    assert "There is no policy with the id or name 'gold'" in ran.err
    ran = run('protection show shop')
    assert "no protection with the id or business id 'shop'" in ran.err


def test_a_name_that_two_have(cloud, run):
    cloud.keep('policies', 1, name='gold', project_id='a')
    cloud.keep('policies', 2, name='gold', project_id='b')
    ran = run('protection list --policy gold --all-projects')
    assert ran.code == 1
    assert 'There is more than one policy' in ran.err
    assert (
        f'say which by its id, {standin.identity(1)} (project a) or'
        f' {standin.identity(2)} (project b)'
    ) in ran.err


#: Each option that takes what another service knows.
ELSEWHERE = (
    ('--server', 'servers', 'protection create a --policy gold --server web'),
    (
        '--share-with',
        'projects',
        'protection policy set gold --share-with web',
    ),
    (
        '--delegation-project',
        'projects',
        'protection set shop --delegation assignment --delegation-project web',
    ),
    (
        '--application-credential',
        'application_credentials',
        'protection set shop --delegation application-credential '
        '--application-credential web',
    ),
    ('--drill-network', 'networks', f'{LATE} --drill-network web'),
)


@pytest.mark.parametrize(('option', 'kind', 'line'), ELSEWHERE)
def test_names_of_other_services(cloud, run, option, kind, line):
    cloud.keep('policies', 1, name='gold')
    cloud.keep('protections', 2, business_id='shop')
    what = kind.replace('_', ' ').removesuffix('s')
    cloud.named[kind].append(('web-2', 'z'))  # begins alike
    ran = run(line)
    assert ran.code == 1
    told = f'argument {option}: there is no {what} with the name or id'
    assert f"{told} 'web': 'openstack {what} list' shows" in ran.err
    cloud.named[kind] += [('web', 'y'), ('web', 'x')]
    ran = run(line)
    assert ran.code == 1
    assert f"there is more than one {what} with the name 'web'" in ran.err
    assert 'say which by its id, x or y' in ran.err
    cloud.hidden.add(kind)
    ran = run(line)
    assert ran.code == 1
    assert f"may not look for the {what} 'web' by its name" in ran.err
    assert [each for each in cloud.asked if each[0] != 'GET'] == []


def test_a_service_that_is_not_there_to_look(cloud, run):
    cloud.missing.add('network')
    ran = run(f'{LATE} --drill-network web')
    assert ran.code == 1
    assert "the network 'web' could not be looked for: " in ran.err
    ran = run(f'{LATE} --drill-network {standin.NETWORK}')
    assert ran.code == 0, ran.err


def test_a_time_zone_for_an_interval(cloud, run):
    cloud.keep('policies', 1, name='gold', schedules=[{'interval': 60}])
    ran = run('protection policy set gold --time-zone UTC')
    assert ran.code == 1
    assert 'argument --time-zone: the policy has an interval' in ran.err


def test_a_cloud_without_the_service(cloud, run):
    cloud.missing.add('fault-tolerance')
    ran = run('protection list')
    assert ran.code == 1
    assert 'no endpoint of the service type fault-tolerance' in ran.err


def test_a_service_that_does_not_answer(cloud, run):
    login = ('--os-auth-type=none', '--os-endpoint=http://127.0.0.1:1')
    ran = run('protection list', login=login)
    assert ran.code == 1
    assert 'The fault tolerance service did not answer' in ran.err


@pytest.mark.parametrize('path', ['', '/', '/v1', '/v1/'])
def test_an_endpoint_with_or_without_its_version(cloud, run, path):
    cloud.keep('protections', 2, business_id='shop')
    cloud.tokens = {'notused'}  # what keystoneauth sends in place of one
    endpoint = f'--os-endpoint=http://{standin.HOST}/fault{path}'
    ran = run('protection list', login=('--os-auth-type=none', endpoint))
    assert ran.code == 0, ran.err
    assert cloud.asked == [('GET', '/v1/protections', None)]
