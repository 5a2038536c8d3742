"""What a person, and what a script, gets to read."""

import pytest

from tests.functional.osc import standin

GOLD = standin.identity(1)
SHOP = standin.identity(2)
POINT = standin.identity(4)
RULES = {'schedules': [{'interval': 60}], 'quota': {'count': 1}}
AT = '2026-01-01T03:00:00Z'
PARTS = [
    {
        'weigher': 'performance',
        'raw': 1.9,
        'normalised': 1.0,
        'multiplier': 1.0,
        'weight': 1.0,
    },
    {
        'weigher': 'rpo',
        'raw': None,
        'normalised': 0.0,
        'multiplier': 2.0,
        'weight': 0.0,
    },
]
MEASURES = [
    {
        'metric': 'cpu_util',
        'aggregation': 'mean',
        'value': 95.0,
        'measured_at': AT,
        'age': 40,
        'source': 'gnocchi',
    }
]
TAKE = [
    {'volume_id': 'volume-1', 'name': 'a', 'size': 10, 'volume_type': 'fast'},
    {'volume_id': 'volume-2', 'name': 'b', 'size': 20, 'volume_type': None},
]
QUOTA = [
    {'resource': 'snapshots', 'volume_type': None, 'before': 9, 'after': 8},
    {
        'resource': 'gigabytes',
        'volume_type': None,
        'before': None,
        'after': None,
    },
    {'resource': 'snapshots', 'volume_type': 'fast', 'before': 3, 'after': 2},
]
ROOM = {
    'enough': False,
    'needs': [
        {'resource': 'volumes', 'volume_type': None, 'needed': 2, 'left': 5},
        {
            'resource': 'gigabytes',
            'volume_type': 'fast',
            'needed': 20,
            'left': 7,
        },
        {
            'resource': 'snapshots',
            'volume_type': None,
            'needed': 2,
            'left': None,
        },
    ],
}
PRUNE = [{'recovery_point_id': POINT, 'reason': 'beyond the quota of 2'}]
STEP = {'arguments': {}, 'started_at': None, 'finished_at': None}
STEPS = [
    {'position': 0, 'phase': 0, 'name': 'fence', 'status': 'done'},
    {'position': 1, 'phase': 1, 'name': 'rebuild', 'status': 'failed'},
]
MEMBERS = [
    {
        'volume_id': 'volume-1',
        'size': 10,
        'device': '/dev/vdb',
        'tag': None,
        'delete_on_termination': False,
        'snapshot_id': 'snapshot-1',
    },
    {
        'volume_id': 'volume-2',
        'size': 20,
        'device': '/dev/vdc',
        'tag': 'data',
        'delete_on_termination': False,
        'snapshot_id': None,
    },
]


def planned(business_id, weight):
    """Give one task of a plan."""
    return {
        'business_id': business_id,
        'project_id': 'mine',
        'protection_id': SHOP,
        'task_id': None,
        'scheduled_at': AT,
        'begins_at': AT,
        'weight': weight,
        'breakdown': PARTS,
        'measures': MEASURES,
        'take': TAKE,
        'prune': PRUNE,
        'hindrance': '',
        'quota': QUOTA,
        'recovery_room': ROOM,
        'unread': '',
    }


def test_policy_is_shown_as_it_was_understood(cloud, run):
    ran = run(
        'protection policy create gold --interval 90m --quota 1 '
        '--threshold cpu_util=80 --multiplier rpo=2 --rpo 4h '
        '--automatic-recovery --recovery-margin 45'
    )
    for text in (
        'every 1h30m (5400 s)',
        '1 point ',
        'cpu_util over 80',
        'rpo x 2',
        '4h (14400 s)',
        'automatic, margin 45 s',
    ):
        assert text in ran.out


def test_policy_shows_each_rule_of_recovery_that_was_chosen(run):
    ran = run(
        'protection policy create gold --interval 1h --quota 1 '
        '--automatic-recovery --recovery-approval --reboot-first --repair '
        '--recovery-starts-on failed-backup --even-if-healthy --evacuate '
        '--proven-only --without-point --recover-others --steps-back 2 '
        '--keep-damaged 2d --recovery-confirm 90 '
        '--recovery-check http,port=80,path=/up,timeout=2m '
        "--drill-schedule '0 3 * * sun Europe/Berlin' --drill-network net"
    )
    for text in (
        'automatic, once approved, margin',
        'any failed backup starts it, even if healthy',
        'reboots first',
        'only from proven points',
        'rebuilds without a point',
        'evacuates',
        'repairs volumes',
        'though others look after the server',
        'seen for 1m30s (90 s)',
        'keeps for 2d (172800 s)',
        'steps back 2',
        'check http port=80 path=/up in 2m (120 s)',
        f'drill cron 0 3 * * sun (Europe/Berlin) on network {standin.NETWORK}',
    ):
        assert text in ran.out


def test_policy_in_json_is_raw(cloud, run):
    schedule = {'cron': '0 3 * * *', 'time_zone': 'UTC'}
    cloud.keep(
        'policies', 1, name='gold', schedules=[schedule], quota={'count': 3}
    )
    shown = run('protection policy show gold -f json').json
    assert shown['schedules'] == [schedule]
    assert shown['quota'] == {'count': 3}
    assert shown['rpo'] is None
    assert shown['recovery'] == {'automatic': False, 'margin': 60}
    table = run('protection policy show gold').out
    assert 'cron 0 3 * * * (UTC)' in table
    assert '3 points' in table
    assert 'by a person, margin 1m (60 s)' in table


def test_plan_says_in_which_order_and_why(cloud, run):
    cloud.plan = [planned('zoo', 1.0), planned('ant', None)]
    ran = run('protection plan show')
    assert ran.out.index('zoo') < ran.out.index('ant')
    for text in (
        'performance 1.00 x 1.0 (raw 1.90)',
        'rpo 0.00 x 2.0 (no data)',
        'cpu_util 95, 40 s old (gnocchi)',
        f'{POINT}: beyond the quota of 2',
        '2, 30 GiB',
        'no: gigabytes of fast 7 of 20',
    ):
        assert text in ran.out
    assert 'snapshots 9 -> 8' not in ran.out
    first, second = run('protection plan show -f json').json
    assert first == {
        'Position': 1,
        'Business ID': 'zoo',
        'Scheduled At': AT,
        'Weight': 1.0,
        'Parts': PARTS,
        'Measures': MEASURES,
        'Would Take': TAKE,
        'Would Prune': PRUNE,
        'Recovery Room': ROOM,
        'Hindrance': '',
        'Begins At': AT,
        'Quota': QUOTA,
        'Unread': '',
        'Project ID': 'mine',
        'Protection ID': SHOP,
        'Task ID': None,
    }
    assert (second['Position'], second['Weight']) == (2, None)


def test_plan_long_has_the_quota_of_each_limit_that_there_is(cloud, run):
    cloud.plan = [planned('zoo', 1.0)]
    ran = run('protection plan show --long')
    for text in ('snapshots 9 -> 8', 'snapshots of fast 3 -> 2'):
        assert text in ran.out
    assert 'None' not in ran.out


def test_plan_that_could_not_read_the_cloud_says_so(cloud, run):
    unread = {'take': None, 'quota': None, 'recovery_room': None}
    cloud.plan = [
        planned('zoo', 1.0) | unread | {'unread': 'cinder does not answer'}
    ]
    assert run('protection plan show').out.count(' ? ') == 2
    ran = run('protection plan show --long')
    assert 'cinder does not answer' in ran.out
    (only,) = run('protection plan show -f json').json
    assert only['Would Take'] is only['Quota'] is only['Recovery Room'] is None


def test_recovery_shows_its_steps_as_a_table(cloud, run):
    steps = [{**STEP, 'detail': 'no host\nleft', **each} for each in STEPS]
    record = cloud.keep('recoveries', 5, business_id='shop', steps=steps)
    ran = run(f'recovery show {record["id"]}')
    assert 'position  phase  name     status  detail' in ran.out
    assert '1         1      rebuild  failed  no host left' in ran.out
    shown = run(f'recovery show {record["id"]} -f json').json
    assert shown['steps'] == steps


def test_a_report_is_a_text_and_for_programs_its_sections(cloud, run):
    text = 'Recovery\n  7e2d of shop: done\n'
    sections = [{'title': 'Recovery', 'lines': ['7e2d of shop: done']}]
    cloud.report = {
        'recovery_id': '7e2d',
        'business_id': 'shop',
        'status': 'done',
        'sections': sections,
        'text': text,
    }
    assert run(f'recovery show {POINT} --report').out == text
    shown = run(f'recovery show {POINT} --report -f json').json
    assert shown == cloud.report
    only = run(f'recovery show {POINT} --report -f value -c status')
    assert only.out == 'done\n'


def test_a_recovery_plan_says_what_is_done_and_lost(cloud, run):
    cloud.keep('protections', 2, business_id='shop')
    step = {'arguments': {}}
    cloud.recovery_plan = {
        'possible': True,
        'way': 'full',
        'phases': [
            [{'name': 'safety-snapshot', **step}] * 2,
            [{'name': 'rebuild', **step}, {'name': 'restore-volume', **step}],
        ],
        'losses': [{'text': 'the root disk is made anew'}],
        'expected': {'seconds': 75.4, 'by_steps': 75.4, 'by_drill': None},
    }
    ran = run('recovery plan show shop')
    assert '1. 2 safety-snapshot' in ran.out
    assert '2. rebuild, restore-volume' in ran.out
    assert 'the root disk is made anew' in ran.out
    assert '75 s, by past steps' in ran.out
    shown = run('recovery plan show shop -f json').json
    assert shown['phases'] == cloud.recovery_plan['phases']
    assert shown['expected'] == cloud.recovery_plan['expected']
    cloud.recovery_plan['expected']['by_steps'] = None
    assert '75 s, by its drill' in run('recovery plan show shop').out
    cloud.recovery_plan['expected']['seconds'] = None
    assert 's, by' not in run('recovery plan show shop').out


def test_readiness_has_a_sentence_a_line(cloud, run):
    members = {
        'business_id': 'shop',
        'ready': False,
        'hindrances': ['the image is gone', 'no room'],
        'warnings': [],
        'age': 3600,
        'rpo': None,
    }
    cloud.keep('readiness', 9, **members)
    ran = run('recovery readiness list')
    assert 'the image is gone' in ran.out
    assert '3600 s' in ran.out
    (shown,) = run('recovery readiness list -f json').json
    assert shown['Hindrances'] == members['hindrances']
    assert (shown['Ready'], shown['Age'], shown['Rpo']) == (False, 3600, None)


@pytest.mark.parametrize('when', ['yesterday', '2026-03-01T12:00:00', '7'])
def test_a_time_needs_its_zone(run, when):
    ran = run(f'recovery create --yes shop --before {when}')
    assert ran.code
    assert 'is not a time with its zone' in ran.err


def test_drill_shows_its_steps_and_what_it_took(cloud, run):
    steps = [{**STEP, 'detail': '', **each} for each in STEPS]
    record = cloud.keep('drills', 8, steps=steps, took=41.7, outcome=None)
    ran = run(f'recovery drill show {record["id"]}')
    assert '1         1      rebuild  failed' in ran.out
    assert '42 s' in ran.out
    assert run('recovery drill list -f json').json[0]['Took'] == 41.7


def test_point_shows_what_its_drills_say(cloud, run):
    cloud.keep(
        'recovery-points', 4, members=MEMBERS, proof='proven', rto=125.2
    )
    for line in (f'recovery point show {POINT}', 'recovery point list'):
        ran = run(line)
        assert 'proven' in ran.out
        assert '125 s' in ran.out


def test_point_shows_its_volumes(cloud, run):
    cloud.keep('recovery-points', 4, business_id='shop', members=MEMBERS)
    ran = run(f'recovery point show {POINT}')
    assert '/dev/vdb  volume-1  10   snapshot-1' in ran.out
    assert '/dev/vdc  volume-2  20               data' in ran.out
    listed = run('recovery point list')
    assert '2, 30 GiB' in listed.out
    raw = run('recovery point list -f json').json
    assert raw[0]['Members'] == MEMBERS


def test_point_shows_the_level_it_reached(cloud, run):
    cloud.keep(
        'recovery-points',
        4,
        business_id='shop',
        members=MEMBERS,
        level='crash',
        level_reason='group was asked for: volume v is in no group',
        skew=1.25,
    )
    ran = run(f'recovery point show {POINT}')
    assert 'group was asked for: volume v is in no group' in ran.out
    assert '1.25' in ran.out
    assert 'crash' in run('recovery point list').out


@pytest.mark.parametrize(
    ('words', 'count', 'requests'),
    [('', 5, 3), ('--limit 3', 3, 2), ('--limit 1', 1, 1)],
)
def test_lists_follow_the_pages(cloud, run, words, count, requests):
    for number in range(5):
        cloud.keep('tasks', number, business_id=f'b{number}')
    ran = run(f'protection task list -f value -c ID {words}')
    wanted = [standin.identity(number) for number in range(count)]
    assert ran.out.split() == wanted
    assert len(cloud.asked) == requests


def test_all_projects_says_whose_it_is(cloud, run):
    cloud.keep('policies', 1, name='a', project_id='p1', **RULES)
    line = 'protection policy list -f json'
    assert 'Project ID' not in run(line).json[0]
    assert run(f'{line} --all-projects').json[0]['Project ID'] == 'p1'


def test_csv_and_value(cloud, run):
    cloud.keep('protections', 2, business_id='shop', policy_id=GOLD)
    ran = run('protection list -c ID -c Alarm -f csv')
    assert ran.out.splitlines() == [
        '"ID","Alarm"',
        f'"{SHOP}",""',
    ]
    shown = run('protection show shop -f value -c id')
    assert shown.out == f'{SHOP}\n'


def test_a_preview_says_what_moves_a_run(cloud, run):
    window = {
        'begin': '02:00',
        'end': '04:00',
        'days': ['sun'],
        'time_zone': 'UTC',
    }
    late = '2026-01-01T04:00:00Z'
    cloud.runs = [
        {
            'scheduled_at': AT,
            'labels': ['hourly', 'weekly'],
            'begins_at': late,
            'latest_at': late,
            'moved_by': [window],
        },
        {
            'scheduled_at': AT,
            'labels': ['hourly'],
            'begins_at': None,
            'latest_at': None,
            'moved_by': [],
        },
    ]
    line = 'protection policy preview --interval 1h'
    moved, missed = run(f'{line} -f json').json
    assert moved['Moved By'] == [window]
    assert moved['Labels'] == ['hourly', 'weekly']
    assert missed['Begins At'] is None
    told = run(line).out
    assert '02:00-04:00 sun' in told
    assert 'hourly' in told
    assert 'None' not in told


def test_a_pause_of_several_goes_on_past_a_bad_one(cloud, run):
    cloud.keep('protections', 2, business_id='shop')
    ran = run('protection pause nothing shop')
    assert ran.code == 1
    assert 'nothing was not paused: ' in ran.err
    assert '1 of 2 were not paused' in ran.err
    assert cloud.kept['protections'][SHOP]['paused'] is True
