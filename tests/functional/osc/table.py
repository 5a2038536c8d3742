"""What each command asks of the API: the table."""

import pathlib

import yaml

from tests.functional.osc import standin

GOLD = standin.identity(1)
SHOP = standin.identity(2)
TASK = standin.identity(3)
POINT = standin.identity(4)
RECOVERY = standin.identity(5)
SERVER = standin.identity(6)
MISSING = standin.identity(7)
DRILL = standin.identity(8)

FIND_GOLD = ('GET', '/v1/policies?name=gold&limit=2', None)
FIND_SHOP = ('GET', '/v1/protections?business_id=shop&limit=2', None)


def policy(**members):
    """Give the request that changes the policy."""
    return [FIND_GOLD, ('PATCH', f'/v1/policies/{GOLD}', {'policy': members})]


def new_policy(**members):
    """Give the request that makes a policy."""
    body = {'name': 'new', 'quota': {'count': 7}, **members}
    return [('POST', '/v1/policies', {'policy': body})]


EXAMPLE = pathlib.Path(__file__).parents[3] / 'etc/snapfault/record-table.yaml'


def example():
    """Give the example of a file, with the server's id for its name."""
    document = yaml.safe_load(EXAMPLE.read_text())
    for each in document['protections']:
        del each['server']
        each['server_id'] = SERVER
    return document


def pausing(path, identity, paused):
    """Give the request that pauses, or the other way."""
    key = {'policies': 'policy', 'protections': 'protection'}[path]
    return ('PATCH', f'/v1/{path}/{identity}', {key: {'paused': paused}})


def previewed(**members):
    """Give the request that foresees runs."""
    return [('POST', '/v1/schedule-previews', {'schedule_preview': members})]


NEW = 'protection policy create new --quota 7'
ALTER = 'protection policy set gold'
HOURLY = {'schedules': [{'interval': 3600}]}
CASES = (
    (
        f'{NEW} --interval 1h --public',
        new_policy(**HOURLY, shared_with=['*']),
    ),
    (
        f'{NEW} --interval 1h --share-with {SERVER} --share-with dept',
        new_policy(**HOURLY, shared_with=[SERVER, standin.DEPARTMENT]),
    ),
    (f'{ALTER} --share-with dept', policy(shared_with=[standin.DEPARTMENT])),
    (f'{ALTER} --public', policy(shared_with=['*'])),
    (f'{ALTER} --private', policy(shared_with=[])),
    (f'{NEW} --interval 6h', new_policy(schedules=[{'interval': 21600}])),
    (f'{NEW} --interval 90', new_policy(schedules=[{'interval': 90}])),
    (f'{NEW} --interval 1d', new_policy(schedules=[{'interval': 86400}])),
    (f'{NEW} --interval 1h30m', new_policy(schedules=[{'interval': 5400}])),
    (
        f"{NEW} --cron '0 3 * * *' --time-zone Europe/Berlin",
        new_policy(
            schedules=[{'cron': '0 3 * * *', 'time_zone': 'Europe/Berlin'}]
        ),
    ),
    (
        f"{NEW} --cron '0 3 * * *' --threshold cpu_util=80 "
        '--threshold disk=1e6 --posture calm --multiplier performance=1.5 '
        '--multiplier rpo=-1 --rpo 4h --automatic-recovery '
        "--recovery-margin 2m --description 'all of it'",
        new_policy(
            schedules=[{'cron': '0 3 * * *'}],
            thresholds=[
                {'metric': 'cpu_util', 'over': 80.0},
                {'metric': 'disk', 'over': 1e6},
            ],
            posture='calm',
            multipliers={'performance': 1.5, 'rpo': -1.0},
            rpo=14400,
            recovery={'automatic': True, 'margin': 120},
            description='all of it',
        ),
    ),
    (
        f"{NEW} --schedule hourly=1h --schedule 'weekly=0 3 * * sun' "
        "--time-zone Europe/Berlin --blackout '08:00-18:00 mon-wed,sun' "
        "--blackout '22:00-04:00 Europe/Berlin' --blackout 12:00-13:00 "
        '--deadline 2h --stagger 10m --catch-up none',
        new_policy(
            schedules=[
                {'label': 'hourly', 'interval': 3600},
                {
                    'label': 'weekly',
                    'cron': '0 3 * * sun',
                    'time_zone': 'Europe/Berlin',
                },
            ],
            blackouts=[
                {
                    'begin': '08:00',
                    'end': '18:00',
                    'days': ['mon', 'tue', 'wed', 'sun'],
                },
                {
                    'begin': '22:00',
                    'end': '04:00',
                    'time_zone': 'Europe/Berlin',
                },
                {'begin': '12:00', 'end': '13:00'},
            ],
            deadline=7200,
            stagger=600,
            catch_up='none',
        ),
    ),
    (
        f'{NEW} --interval 60 --tier daily=7 --tier monthly=12 '
        '--tier-time-zone Asia/Tokyo --quota-gigabytes 2000 --quota-age 30d '
        '--minimum 2 --label-quota weekly:count=8,age=90d,yearly=1',
        new_policy(
            schedules=[{'interval': 60}],
            quota={
                'count': 7,
                'gigabytes': 2000,
                'age': 2592000,
                'minimum': 2,
                'tiers': {
                    'daily': 7,
                    'monthly': 12,
                    'time_zone': 'Asia/Tokyo',
                },
                'labels': {
                    'weekly': {
                        'count': 8,
                        'age': 7776000,
                        'tiers': {'yearly': 1},
                    }
                },
            },
        ),
    ),
    (
        f'{NEW} --interval 60 --threshold disk.write:rate:mean=9~1.5 '
        '--threshold-under free=1 --priority -3 --unknown-weight 0.5',
        new_policy(
            schedules=[{'interval': 60}],
            thresholds=[
                {
                    'metric': 'disk.write',
                    'aggregation': 'rate:mean',
                    'over': 9.0,
                    'margin': 1.5,
                },
                {'metric': 'free', 'under': 1.0},
            ],
            priority=-3,
            unknown=0.5,
        ),
    ),
    (
        f'{NEW} --interval 60 --consistency stopped --or-else fail '
        "--root-image --maintenance '02:00-04:00 sun' "
        '--select-metadata tier=gold --select-tag web',
        new_policy(
            schedules=[{'interval': 60}],
            consistency={
                'level': 'stopped',
                'or_else': 'fail',
                'root_image': True,
                'maintenance': [
                    {'begin': '02:00', 'end': '04:00', 'days': ['sun']}
                ],
            },
            selector={'metadata': {'tier': 'gold'}, 'tags': ['web']},
        ),
    ),
    (f'{ALTER} --quota 3', policy(quota={'count': 3})),
    (
        f'{ALTER} --no-quota --no-tier --no-label-quota --quota-age 1d',
        policy(
            quota={'count': None, 'age': 86400, 'tiers': None, 'labels': {}}
        ),
    ),
    (f'{ALTER} --quota-age 1d', policy(quota={'count': 2, 'age': 86400})),
    (
        f'{ALTER} --consistency crash',
        policy(consistency={'level': 'crash', 'maintenance': []}),
    ),
    (
        f'{ALTER} --no-blackout --no-deadline --no-unknown-weight '
        '--no-selector',
        policy(blackouts=[], deadline=None, unknown=None, selector=None),
    ),
    (f'{ALTER} --name silver', policy(name='silver')),
    (f"{ALTER} --description ''", policy(description='')),
    (f'{ALTER} --no-rpo --no-threshold', policy(thresholds=[], rpo=None)),
    (f'{ALTER} --no-multiplier', policy(multipliers={})),
    (
        # The rest of a member that is replaced whole stays.
        f'{ALTER} --no-automatic-recovery',
        policy(recovery={'automatic': False, 'margin': 5}),
    ),
    (
        f'{ALTER} --recovery-margin 0',
        policy(recovery={'automatic': True, 'margin': 0}),
    ),
    (
        f'{ALTER} --recovery-starts-on failed-backup --even-if-healthy '
        '--recovery-confirm 2m --recovery-approval --reboot-first '
        '--proven-only --steps-back 3 --without-point --evacuate --repair '
        '--recover-others --keep-damaged 30d --recovery-check tcp,port=22 '
        '--recovery-check http,port=80,path=/health,timeout=5m '
        "--drill-schedule '0 3 * * sun Europe/Berlin' --drill-network net",
        policy(
            recovery={
                'automatic': True,
                'margin': 5,
                'starts_on': 'failed-backup',
                'even_if_healthy': True,
                'confirm': 120,
                'approval': True,
                'reboot_first': True,
                'proven_only': True,
                'steps_back': 3,
                'without_point': True,
                'evacuate': True,
                'repair': True,
                'others': True,
                'keep': 30 * 86400,
                'checks': [
                    {'driver': 'tcp', 'options': {'port': '22'}},
                    {
                        'driver': 'http',
                        'options': {'port': '80', 'path': '/health'},
                        'timeout': 300,
                    },
                ],
                'drills': {
                    'schedule': {
                        'cron': '0 3 * * sun',
                        'time_zone': 'Europe/Berlin',
                    },
                    'network': standin.NETWORK,
                },
            }
        ),
    ),
    (
        f'{ALTER} --no-recovery-check --drill-schedule 7d --no-drill-network',
        policy(
            recovery={
                'automatic': True,
                'margin': 5,
                'checks': [],
                'drills': {'schedule': {'interval': 604800}, 'network': None},
            }
        ),
    ),
    (
        f'{ALTER} --time-zone Asia/Tokyo',
        policy(schedules=[{'cron': '1 2 * * *', 'time_zone': 'Asia/Tokyo'}]),
    ),
    (
        f"{ALTER} --cron '5 5 * * *'",
        policy(schedules=[{'cron': '5 5 * * *', 'time_zone': 'Europe/Rome'}]),
    ),
    (f'{ALTER} --interval 1h', policy(schedules=[{'interval': 3600}])),
    ('protection policy show gold', [FIND_GOLD]),
    (
        f'protection policy show {GOLD}',
        [('GET', f'/v1/policies/{GOLD}', None)],
    ),
    (
        'protection policy list --name gold',
        [('GET', '/v1/policies?name=gold', None)],
    ),
    (
        f'protection policy delete --yes gold {GOLD}',
        [
            FIND_GOLD,
            ('DELETE', f'/v1/policies/{GOLD}', None),
            # It is gone, so it is looked for as a name too.
            ('GET', f'/v1/policies/{GOLD}', None),
            ('GET', f'/v1/policies?name={GOLD}&limit=2', None),
        ],
    ),
    (
        'protection create web --server web-1 --policy gold',
        [
            FIND_GOLD,
            (
                'POST',
                '/v1/protections',
                {
                    'protection': {
                        'business_id': 'web',
                        'server_id': SERVER,
                        'policy_id': GOLD,
                    }
                },
            ),
        ],
    ),
    ('protection show shop', [FIND_SHOP]),
    (
        f'protection list --policy gold --limit 1 --marker {SHOP}',
        [
            FIND_GOLD,
            (
                'GET',
                f'/v1/protections?policy_id={GOLD}&marker={SHOP}&limit=1',
                None,
            ),
        ],
    ),
    (
        f'protection list --policy {GOLD} --all-projects',
        [
            ('GET', f'/v1/policies/{GOLD}?all_projects=true', None),
            (
                'GET',
                f'/v1/protections?policy_id={GOLD}&all_projects=true',
                None,
            ),
        ],
    ),
    (
        'protection list --sort business_id:desc --limit 9',
        [('GET', '/v1/protections?sort=business_id:desc&limit=9', None)],
    ),
    (
        'recovery point list --sort scheduled_at',
        [('GET', '/v1/recovery-points?sort=scheduled_at', None)],
    ),
    (
        'protection list --business-id shop',
        [('GET', '/v1/protections?business_id=shop', None)],
    ),
    (
        f'protection create web --server {SERVER} --policy {GOLD}'
        ' --delegation assignment --delegation-project dept',
        [
            ('GET', f'/v1/policies/{GOLD}?all_projects=true', None),
            (
                'POST',
                '/v1/protections',
                {
                    'protection': {
                        'business_id': 'web',
                        'server_id': SERVER,
                        'policy_id': GOLD,
                        'delegation': {
                            'kind': 'assignment',
                            'project_id': standin.DEPARTMENT,
                        },
                    }
                },
            ),
        ],
    ),
    (
        'protection set shop --delegation trust',
        [
            FIND_SHOP,
            (
                'PATCH',
                f'/v1/protections/{SHOP}',
                {'protection': {'delegation': {'kind': 'trust'}}},
            ),
        ],
    ),
    (
        'protection set shop --policy gold',
        [
            FIND_SHOP,
            FIND_GOLD,
            (
                'PATCH',
                f'/v1/protections/{SHOP}',
                {'protection': {'policy_id': GOLD}},
            ),
        ],
    ),
    (
        'protection webhook create shop',
        [FIND_SHOP, ('POST', f'/v1/protections/{SHOP}/webhook', None)],
    ),
    (
        f'protection webhook delete --yes shop {SHOP}',
        [
            FIND_SHOP,
            ('DELETE', f'/v1/protections/{SHOP}/webhook', None),
            ('GET', f'/v1/protections/{SHOP}', None),
            ('DELETE', f'/v1/protections/{SHOP}/webhook', None),
        ],
    ),
    (
        f'protection pause shop {MISSING} {SHOP}',
        [
            FIND_SHOP,
            pausing('protections', SHOP, True),
            ('GET', f'/v1/protections/{MISSING}', None),
            (
                'GET',
                f'/v1/protections?business_id={MISSING}&limit=2',
                None,
            ),
            ('GET', f'/v1/protections/{SHOP}', None),
            pausing('protections', SHOP, True),
        ],
    ),
    (
        'protection unpause shop',
        [FIND_SHOP, pausing('protections', SHOP, False)],
    ),
    (
        'protection policy pause gold',
        [FIND_GOLD, pausing('policies', GOLD, True)],
    ),
    (
        f'protection policy unpause gold {GOLD}',
        [
            FIND_GOLD,
            pausing('policies', GOLD, False),
            ('GET', f'/v1/policies/{GOLD}', None),
            pausing('policies', GOLD, False),
        ],
    ),
    (
        "protection policy preview --cron '0 3 * * *' --count 5",
        previewed(schedules=[{'cron': '0 3 * * *'}], count=5),
    ),
    (
        "protection policy preview --schedule hourly=1h --schedule 'w=0 3 * "
        "* sun' --time-zone Europe/Rome --blackout 12:00-13:00 --stagger 5m "
        '--deadline 1h --catch-up none',
        previewed(
            schedules=[
                {'label': 'hourly', 'interval': 3600},
                {
                    'label': 'w',
                    'cron': '0 3 * * sun',
                    'time_zone': 'Europe/Rome',
                },
            ],
            blackouts=[{'begin': '12:00', 'end': '13:00'}],
            stagger=300,
            deadline=3600,
        ),
    ),
    (
        'protection delete --yes shop',
        [FIND_SHOP, ('DELETE', f'/v1/protections/{SHOP}', None)],
    ),
    (
        'protection run shop',
        [
            FIND_SHOP,
            ('POST', '/v1/tasks', {'task': {'protection_id': SHOP}}),
        ],
    ),
    (
        'protection task list --protection shop --status failed',
        [
            FIND_SHOP,
            ('GET', f'/v1/tasks?status=failed&protection_id={SHOP}', None),
        ],
    ),
    (
        'protection task list --protection shop --all-projects',
        [
            (
                'GET',
                '/v1/protections?business_id=shop&all_projects=true&limit=2',
                None,
            ),
            (
                'GET',
                f'/v1/tasks?protection_id={SHOP}&all_projects=true',
                None,
            ),
        ],
    ),
    (f'protection task show {TASK}', [('GET', f'/v1/tasks/{TASK}', None)]),
    (
        f'protection import {EXAMPLE} --prune --dry-run',
        [
            (
                'PUT',
                '/v1/record-table?prune=true&dry_run=true',
                {'record_table': example()},
            )
        ],
    ),
    ('protection export', [('GET', '/v1/record-table', None)]),
    ('protection plan show', [('GET', '/v1/plan', None)]),
    (
        'protection plan show --all-projects',
        [('GET', '/v1/plan?all_projects=true', None)],
    ),
    (
        'recovery create --yes shop',
        [
            FIND_SHOP,
            ('POST', '/v1/recoveries', {'recovery': {'business_id': 'shop'}}),
        ],
    ),
    (
        f'recovery create --yes {SHOP} --point {POINT}',
        [
            ('GET', f'/v1/protections/{SHOP}', None),
            (
                'POST',
                '/v1/recoveries',
                {
                    'recovery': {
                        'business_id': 'shop',
                        'recovery_point_id': POINT,
                    }
                },
            ),
        ],
    ),
    (
        'recovery create --yes shop --before 2026-03-01T13:00:00+01:00',
        [
            FIND_SHOP,
            (
                'POST',
                '/v1/recoveries',
                {
                    'recovery': {
                        'business_id': 'shop',
                        'before_at': '2026-03-01T12:00:00Z',
                    }
                },
            ),
        ],
    ),
    (
        'recovery create --yes shop --keep-volumes',
        [
            FIND_SHOP,
            (
                'POST',
                '/v1/recoveries',
                {'recovery': {'business_id': 'shop', 'keep_volumes': True}},
            ),
        ],
    ),
    (
        'recovery readiness list --policy gold --business-id shop --limit 5',
        [
            FIND_GOLD,
            (
                'GET',
                f'/v1/readiness?business_id=shop&policy_id={GOLD}&limit=5',
                None,
            ),
        ],
    ),
    (
        'recovery readiness list --all-projects',
        [('GET', '/v1/readiness?all_projects=true', None)],
    ),
    (
        'recovery plan show shop',
        [FIND_SHOP, ('GET', '/v1/recovery-plan?business_id=shop', None)],
    ),
    (
        f'recovery plan show {SHOP} --point {POINT}',
        [
            ('GET', f'/v1/protections/{SHOP}', None),
            (
                'GET',
                '/v1/recovery-plan?business_id=shop'
                f'&recovery_point_id={POINT}',
                None,
            ),
        ],
    ),
    (
        'recovery plan show shop --keep-volumes',
        [
            FIND_SHOP,
            (
                'GET',
                '/v1/recovery-plan?business_id=shop&keep_volumes=true',
                None,
            ),
        ],
    ),
    (
        'recovery list --business-id shop --status done',
        [('GET', '/v1/recoveries?business_id=shop&status=done', None)],
    ),
    (
        f'recovery show {RECOVERY}',
        [('GET', f'/v1/recoveries/{RECOVERY}', None)],
    ),
    (
        f'recovery show {RECOVERY} --all-projects',
        [('GET', f'/v1/recoveries/{RECOVERY}?all_projects=true', None)],
    ),
    (
        f'recovery show {RECOVERY} --report --all-projects',
        [
            (
                'GET',
                f'/v1/recoveries/{RECOVERY}/report?all_projects=true',
                None,
            )
        ],
    ),
    (
        f'recovery undo --yes {RECOVERY}',
        [('POST', f'/v1/recoveries/{RECOVERY}/undo', None)],
    ),
    (
        f'recovery abort {RECOVERY}',
        [('POST', f'/v1/recoveries/{RECOVERY}/abort', None)],
    ),
    (
        f'recovery approve --yes {RECOVERY}',
        [('POST', f'/v1/recoveries/{RECOVERY}/approve', None)],
    ),
    (
        f'recovery retry --yes {RECOVERY}',
        [('POST', f'/v1/recoveries/{RECOVERY}/retry', {'recovery': {}})],
    ),
    (
        f'recovery retry --yes {RECOVERY} --point {POINT}',
        [
            (
                'POST',
                f'/v1/recoveries/{RECOVERY}/retry',
                {'recovery': {'recovery_point_id': POINT}},
            )
        ],
    ),
    (
        'recovery drill create shop',
        [
            FIND_SHOP,
            ('POST', '/v1/drills', {'drill': {'business_id': 'shop'}}),
        ],
    ),
    (
        f'recovery drill create {SHOP} --point {POINT}',
        [
            ('GET', f'/v1/protections/{SHOP}', None),
            (
                'POST',
                '/v1/drills',
                {'drill': {'business_id': 'shop', 'recovery_point_id': POINT}},
            ),
        ],
    ),
    (
        'recovery drill list --business-id shop --status failed',
        [('GET', '/v1/drills?business_id=shop&status=failed', None)],
    ),
    (
        f'recovery drill show {DRILL} --all-projects',
        [('GET', f'/v1/drills/{DRILL}?all_projects=true', None)],
    ),
    (
        f'protection show {SHOP} --all-projects',
        [('GET', f'/v1/protections/{SHOP}?all_projects=true', None)],
    ),
    (
        'recovery point list --business-id shop --status good',
        [('GET', '/v1/recovery-points?business_id=shop&status=good', None)],
    ),
    (
        f'recovery point show {POINT}',
        [('GET', f'/v1/recovery-points/{POINT}', None)],
    ),
    (
        'recovery point show ../policies',
        [('GET', '/v1/recovery-points/../policies', None)],
    ),
    (
        f'recovery point set --pin {POINT}',
        [
            (
                'PATCH',
                f'/v1/recovery-points/{POINT}',
                {'recovery_point': {'pinned': True}},
            )
        ],
    ),
    (
        f'recovery point set --unpin {POINT}',
        [
            (
                'PATCH',
                f'/v1/recovery-points/{POINT}',
                {'recovery_point': {'pinned': False}},
            )
        ],
    ),
    (
        f'recovery point delete --yes {MISSING} {POINT}',
        [
            ('DELETE', f'/v1/recovery-points/{MISSING}', None),
            ('DELETE', f'/v1/recovery-points/{POINT}', None),
        ],
    ),
)
#: The lines that end badly, once they have asked.
FAIL = {
    f'protection policy delete --yes gold {GOLD}',
    'recovery point show ../policies',
    f'recovery point delete --yes {MISSING} {POINT}',
    f'protection pause shop {MISSING} {SHOP}',
}


def line_of(name, names):
    """Give the first line that calls a command, one that succeeds if any.

    :param names: of all commands: one may begin with another
    """
    found = [
        line
        for line, _ in CASES
        if max((n for n in names if f'{line} '.startswith(f'{n} ')), key=len)
        == name
    ]
    return min(found, key=lambda line: line in FAIL)
