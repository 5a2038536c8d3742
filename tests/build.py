"""Values for tests: each function gives a sound one, changed as asked."""

import datetime

from snapfault import model
from snapfault import resource
from snapfault import rules

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
PROJECT = 'project-a'


def policy(**changes):
    """Give an hourly policy that keeps two points and recovers."""
    values = {
        'id': 'policy-1',
        'project_id': PROJECT,
        'name': 'gold',
        'description': '',
        'schedules': (rules.Schedule(interval=3600),),
        'quota': rules.Quota(2),
        'thresholds': (),
        'posture': rules.Posture.RISK,
        'multipliers': {},
        'rpo': None,
        'recovery': rules.RecoveryRules(automatic=True, margin=0),
        'created_at': NOW,
        'updated_at': NOW,
    }
    return model.Policy(**values | changes)


def protection(**changes):
    """Give the protection of server ``server-1``."""
    values = {
        'id': 'protection-1',
        'project_id': PROJECT,
        'business_id': 'shop',
        'policy_id': 'policy-1',
        'server_id': 'server-1',
        'image_id': 'image-1',
        'right_id': 'trust-1',
        'status': model.ProtectionStatus.ACTIVE,
        'selected': False,
        'next_run_at': NOW,
        'alarm': '',
        'alarm_at': None,
        'created_at': NOW,
        'updated_at': NOW,
    }
    return model.Protection(**values | changes)


def task(**changes):
    """Give a task that a worker has just begun."""
    values = {
        'id': 'task-1',
        'project_id': PROJECT,
        'protection_id': 'protection-1',
        'scheduled_at': NOW,
        'labels': (),
        'deadline_at': None,
        'status': model.TaskStatus.RUNNING,
        'attempts': 1,
        'not_before': NOW,
        'generation': 1,
        'claimed_by': 'worker-1',
        'lease_until': NOW + HOUR,
        'weight': None,
        'breakdown': (),
        'reason': '',
        'point_id': None,
        'created_at': NOW,
        'finished_at': None,
    }
    return model.Task(**values | changes)


def member(number=1, **changes):
    """Give a member of a point, of volume ``volume-<number>``."""
    values = {
        'id': f'member-{number}',
        'volume_id': f'volume-{number}',
        'size': 1,
        'volume_type': 'fake',
        'device': f'/dev/vd{"abcdefgh"[number]}',
        'tag': None,
        'delete_on_termination': False,
        'snapshot_id': f'snapshot-{number}',
        'delete_attempts': 0,
    }
    return model.Member(**values | changes)


def point(sequence=1, status=model.PointStatus.GOOD, **changes):
    """Give a point of ``shop``, made ``sequence`` hours after NOW - 24 h."""
    made_at = NOW + (sequence - 24) * HOUR
    good = status is model.PointStatus.GOOD
    values = {
        'id': f'point-{sequence}',
        'project_id': PROJECT,
        'protection_id': 'protection-1',
        'business_id': 'shop',
        'task_id': f'task-{sequence}',
        'labels': (),
        'sequence': sequence,
        'status': status,
        'pinned': False,
        'level': rules.Level.CRASH,
        'level_reason': '',
        'skew': None,
        'group_snapshot_id': None,
        'root_image_id': None,
        'root_image': False,
        'power': model.Power.LEFT,
        'asked_at': None,
        'server_id': 'server-1',
        'image_id': 'image-1',
        'flavor_id': 'm1.tiny',
        'members': (member(1), member(2)),
        'reason': '',
        'scheduled_at': made_at,
        'created_at': made_at,
        'completed_at': made_at if good else None,
        'not_before': None,
    }
    return model.RecoveryPoint(**values | changes)


def recovery(**changes):
    """Give a recovery that a worker has just claimed."""
    values = {
        'id': 'recovery-1',
        'project_id': PROJECT,
        'protection_id': 'protection-1',
        'business_id': 'shop',
        'server_id': 'server-1',
        'status': model.RecoveryStatus.RUNNING,
        'cause': 'the server is in ERROR',
        'onset_at': NOW,
        'evidence': {},
        'point_id': None,
        'reason': '',
        'generation': 1,
        'claimed_by': 'worker-1',
        'lease_until': NOW + HOUR,
        'steps': (),
        'created_at': NOW,
        'finished_at': None,
    }
    return model.Recovery(**values | changes)


def server(**changes):
    """Give a running server."""
    values = {
        'id': 'server-1',
        'name': 'web',
        'status': 'ACTIVE',
        'task_state': None,
        'image_id': 'image-1',
        'flavor_id': 'm1.tiny',
        'metadata': {},
        'locked': False,
        'fault': '',
        'fault_at': None,
    }
    return resource.Server(**values | changes)


def attachment(number=1, **changes):
    """Give the attachment of ``volume-<number>`` to ``server-1``."""
    values = {
        'server_id': 'server-1',
        'volume_id': f'volume-{number}',
        'device': f'/dev/vd{"abcdefgh"[number]}',
        'tag': None,
        'delete_on_termination': False,
    }
    return resource.Attachment(**values | changes)


def volume(number=1, **changes):
    """Give the volume ``volume-<number>``, attached to ``server-1``."""
    values = {
        'id': f'volume-{number}',
        'name': f'data-{number}',
        'status': 'in-use',
        'size': 1,
        'volume_type': 'fake',
        'availability_zone': 'nova',
        'snapshot_id': None,
        'attached_to': ('server-1',),
        'multiattach': False,
        'metadata': {},
    }
    return resource.Volume(**values | changes)


def snapshot(number=1, of=None, **changes):
    """Give the snapshot of member ``number`` of the point ``of``."""
    of = of or point()
    values = {
        'id': f'snapshot-{number}',
        'name': 'shop',
        'volume_id': f'volume-{number}',
        'status': 'available',
        'size': 1,
        'metadata': {
            resource.MARKER: f'member-{number}',
            resource.POINT: of.id,
        },
        'created_at': of.created_at,
    }
    return resource.Snapshot(**values | changes)


def headroom(snapshots=None, volumes=None, gigabytes=None, **types):
    """Give what Cinder leaves; without arguments, no limit at all.

    :param types: for a volume type, the snapshots and the GiB it leaves
    """
    rooms = {name: resource.TypeRoom(*left) for name, left in types.items()}
    return resource.Headroom(snapshots, volumes, gigabytes, rooms)
