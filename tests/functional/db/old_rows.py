"""A row of each table, as the release of each revision wrote it.

Values are what SQL is given: no type of today's tables is asked how to
write them, so that what is read back is what stood there.
"""

import json
import typing

Row = dict[str, typing.Any]

#: Times as they are written, in UTC.
AT: typing.Final = '2026-05-01 12:00:00.000250'
LATER: typing.Final = '2026-05-01 13:00:00.000000'
#: Of the first release, whose policies had one schedule.
FIRST_RULES: typing.Final = {
    'schedule': {
        'interval': None,
        'cron': '0 2 * * *',
        'time_zone': 'Asia/Tokyo',
    },
    'quota': {'count': 3},
    'thresholds': [
        {'metric': {'name': 'cpu_util', 'aggregation': 'max'}, 'over': 80.5}
    ],
    'posture': 'calm',
    'multipliers': {'performance': 1.5},
    'rpo': 3600,
    'recovery': {'automatic': True, 'margin': 30},
}
#: Of those after it.
RULES: typing.Final = {
    **{k: v for k, v in FIRST_RULES.items() if k != 'schedule'},
    'schedules': [{**FIRST_RULES['schedule'], 'label': 'nightly'}],
    'paused': True,
}
#: The revision that made a table, where it was not the first.
SINCE: typing.Final = {
    'recovery_attempts': '0003',
    'recovery_events': '0003',
    'recovery_gate': '0003',
    'evidence': '0003',
    'kept_resources': '0003',
    'drills': '0004',
    'drill_steps': '0004',
    'workers': '0005',
    'policy_shares': '0007',
    'project_gates': '0008',
    'delegations': '0009',
}
#: What each revision added to tables that were there, and what a row reads
#: as that is older.
ADDED: typing.Final[dict[str, dict[str, Row]]] = {
    '0002': {
        'policies': {'trust_id': None, 'alarm': '', 'alarm_at': None},
        'protections': {'status': 'active', 'selected': False},
        'tasks': {'labels': [], 'deadline_at': None, 'by_hand': False},
        'recovery_points': {
            'labels': [],
            'pinned': False,
            'level': 'crash',
            'level_reason': '',
            'skew': None,
            'group_snapshot_id': None,
            'root_image_id': None,
            'root_image': False,
            'power': 'left',
            'asked_at': None,
        },
        'recovery_point_members': {'volume_type': None},
    },
    '0003': {
        'protections': {'webhook_hash': None},
        'recovery_points': {'proof': 'none', 'proof_at': None, 'rto': None},
        'recovery_point_members': {'root': False},
        'recoveries': {
            'kind': 'restore',
            'origin_id': None,
            'automatic': False,
            'host_id': '',
            'before_at': None,
            'point_named': False,
            'keep_volumes': False,
            'abort_asked': False,
        },
        'recovery_steps': {'attempt': 0, 'request_ids': []},
    },
    '0004': {'protections': {'next_drill_at': None}},
    '0009': {'protections': {'delegation_kind': 'trust'}},
    '0010': {
        'policies': {'generation': 1},
        'protections': {'generation': 1},
        'recovery_points': {'generation': 1},
    },
    '0012': {'protections': {'ending_at': None}},
}


def rows(revision: str) -> dict[str, Row]:
    """Give a row of each table that there is today, by table.

    What points to another row points to that of the same revision.
    """
    return {
        table: {
            name: value.format(r=revision) if isinstance(value, str) else value
            for name, value in row.items()
        }
        for table, row in _ROWS.items()
    } | {
        'policies': _policy(revision),
        'recovery_gate': {
            'id': int(revision),
            'passed': 7,
            'storm_at': AT,
            'budget_at': None,
        },
    }


def _policy(revision: str) -> Row:
    rules = FIRST_RULES if revision == '0001' else RULES
    return {
        'id': f'policy-{revision}',
        'project_id': 'mine',
        'name': f'gold {revision}',
        'description': 'Zlatý ☂',
        'rules': json.dumps(rules),
        'trust_id': f'trust-of-policy-{revision}',
        'alarm': 'look',
        'alarm_at': AT,
        'created_at': AT,
        'updated_at': AT,
        'generation': 4,
    }


_OWNED: typing.Final = {
    'project_id': 'mine',
    'protection_id': 'protection-{r}',
}
_SERVICE: typing.Final = {**_OWNED, 'business_id': 'shop {r}'}
_STEP: typing.Final = {
    'position': 3,
    'attempt': 1,
    'phase': 2,
    'name': 'restore-volume',
    'arguments': '{{"size": 10, "volume_id": "☂"}}',
    'status': 'done',
    'detail': 'so',
    'started_at': AT,
    'finished_at': None,
    'request_ids': '["req-1"]',
}
_ROWS: typing.Final[dict[str, Row]] = {
    'protections': {
        'id': 'protection-{r}',
        'project_id': 'mine',
        'business_id': 'shop {r}',
        'policy_id': 'policy-{r}',
        'server_id': 'server-{r}',
        'image_id': 'image',
        'trust_id': 'trust-{r}',
        'status': 'active',
        'selected': True,
        'next_run_at': AT,
        'alarm': 'look',
        'alarm_at': AT,
        'created_at': AT,
        'updated_at': AT,
        'webhook_hash': 'hash',
        'next_drill_at': AT,
        'delegation_kind': 'assignment',
        'generation': 5,
        'ending_at': None,
    },
    'tasks': {
        **_OWNED,
        'id': 'task-{r}',
        'scheduled_at': AT,
        'labels': '["daily"]',
        'deadline_at': LATER,
        'status': 'waiting',
        'attempts': 2,
        'not_before': AT,
        'generation': 6,
        'claimed_by': None,
        'lease_until': None,
        'weight': 0.75,
        'breakdown': (
            '[{{"weigher": "rpo", "raw": null, "normalised": 0.5,'
            ' "multiplier": 1.5, "weight": 0.75}}]'
        ),
        'reason': 'Nova was away',
        'point_id': 'point-{r}',
        'created_at': AT,
        'finished_at': None,
        'by_hand': True,
    },
    'recovery_points': {
        **_SERVICE,
        'id': 'point-{r}',
        'task_id': 'task-{r}',
        'labels': '["daily", "weekly"]',
        'status': 'good',
        'pinned': True,
        'level': 'group',
        'level_reason': 'so',
        'skew': 0.25,
        'group_snapshot_id': 'group',
        'root_image_id': 'root',
        'root_image': True,
        'power': 'start',
        'asked_at': AT,
        'server_id': 'server-{r}',
        'image_id': 'image',
        'flavor_id': 'm1.small',
        'reason': '',
        'scheduled_at': AT,
        'created_at': AT,
        'completed_at': AT,
        'not_before': None,
        'proof': 'proven',
        'proof_at': AT,
        'rto': 12.5,
        'generation': 7,
    },
    'recovery_point_members': {
        'id': 'member-{r}',
        'point_id': 'point-{r}',
        'position': 0,
        'volume_id': 'volume-{r}',
        'size': 10,
        'volume_type': 'fast',
        'device': '/dev/vdb',
        'tag': 'data',
        'delete_on_termination': True,
        'snapshot_id': 'snapshot-{r}',
        'delete_attempts': 1,
        'root': True,
    },
    'recoveries': {
        **_SERVICE,
        'id': 'recovery-{r}',
        'server_id': 'server-{r}',
        'open_server_id': 'server-{r}',
        'status': 'waiting',
        'cause': 'Zapomněl ☂',
        'onset_at': AT,
        'evidence': '{{"server": {{"status": "ERROR"}}}}',
        'point_id': 'point-{r}',
        'reason': 'none yet',
        'generation': 8,
        'claimed_by': None,
        'lease_until': None,
        'created_at': AT,
        'finished_at': None,
        'kind': 'undo',
        'origin_id': 'recovery-0',
        'automatic': True,
        'host_id': 'host',
        'before_at': AT,
        'point_named': True,
        'keep_volumes': True,
        'abort_asked': True,
    },
    'recovery_steps': {**_STEP, 'recovery_id': 'recovery-{r}'},
    'recovery_attempts': {
        'recovery_id': 'recovery-{r}',
        'number': 1,
        'way': 'full',
        'point_id': 'point-{r}',
        'status': 'running',
        'reason': '',
        'started_at': AT,
        'finished_at': None,
    },
    'recovery_events': {
        'recovery_id': 'recovery-{r}',
        'number': 1,
        'at': AT,
        'status': 'waiting',
        'text': 'asked for',
    },
    'evidence': {
        **_OWNED,
        'id': 'evidence-{r}',
        'source': 'webhook',
        'finding': 'alarm',
        'detail': 'it beeps',
        'first_at': AT,
        'last_at': AT,
        'count': 3,
        'expires_at': LATER,
    },
    'kept_resources': {
        **_OWNED,
        'id': 'kept-{r}',
        'recovery_id': 'recovery-{r}',
        'kind': 'volume',
        'resource_id': 'volume-{r}',
        'device': '/dev/vdb',
        'tag': 'data',
        'delete_on_termination': True,
        'status': 'kept',
        'keep_until': AT,
        'reason': '',
        'attempts': 2,
        'not_before': AT,
        'created_at': AT,
    },
    'drills': {
        **_SERVICE,
        'id': 'drill-{r}',
        'open_protection_id': 'protection-{r}',
        'status': 'waiting',
        'cause': 'due',
        'point_id': 'point-{r}',
        'reason': '',
        'generation': 9,
        'claimed_by': None,
        'lease_until': None,
        'created_at': AT,
        'started_at': None,
        'finished_at': None,
        'took': 4.5,
        'outcome': 'done',
    },
    'drill_steps': {**_STEP, 'drill_id': 'drill-{r}'},
    'workers': {
        'id': 'worker-{r}',
        'host': 'machine',
        'pid': 1234,
        'version': '{r}',
        'lease': 60,
        'started_at': AT,
        'seen_at': AT,
        'stopped_at': None,
    },
    'policy_shares': {'policy_id': 'policy-{r}', 'project_id': 'theirs'},
    'project_gates': {'project_id': 'project-{r}', 'passed': 5},
    'delegations': {
        'id': 'right-{r}',
        'project_id': 'mine',
        'kind': 'application-credential',
        'credential_id': 'credential-{r}',
        'user_id': 'user',
        'sealed': 'gAAAA=',
        'expires_at': AT,
        'created_at': AT,
        'checked_at': AT,
        'released_at': None,
    },
}
