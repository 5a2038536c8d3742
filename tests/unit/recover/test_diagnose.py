"""What the evidence of a failing backup means."""

import datetime

import pytest

from snapfault.recover import diagnose
from tests import build

BACKUP = diagnose.Verdict.BACKUP_FAULT
SERVICE = diagnose.Verdict.SERVICE_FAULT
HOST = diagnose.Verdict.HOST_FAULT
UNKNOWN = diagnose.Verdict.UNKNOWN
EARLIER = build.NOW - datetime.timedelta(minutes=5)


def _evidence(server=None, *, gone=False, volumes=None, **changes):
    """Give evidence of a healthy server whose backup failed, as changed."""
    return diagnose.Evidence(
        build.NOW,
        'Cinder answered 503',
        server=None if gone else build.server(**(server or {})),
        volumes=volumes if volumes is not None else (build.volume(1),),
        **changes,
    )


CASES = [
    ('healthy', _evidence(), BACKUP, 'only its backup failed'),
    ('stopped', _evidence({'status': 'SHUTOFF'}), BACKUP, 'is SHUTOFF'),
    ('paused', _evidence({'status': 'PAUSED'}), BACKUP, 'no fault'),
    ('suspended', _evidence({'status': 'SUSPENDED'}), BACKUP, 'no fault'),
    ('shelved', _evidence({'status': 'SHELVED_OFFLOADED'}), BACKUP, 'no fa'),
    ('rescued', _evidence({'status': 'RESCUE'}), BACKUP, 'no fault'),
    ('resized', _evidence({'status': 'VERIFY_RESIZE'}), BACKUP, 'no fault'),
    ('deleted softly', _evidence({'status': 'SOFT_DELETED'}), BACKUP, 'no'),
    ('unheard-of', _evidence({'status': 'WHATEVER'}), BACKUP, 'no fault'),
    ('locked', _evidence({'locked': True}), BACKUP, 'only its backup'),
    ('gone', _evidence(gone=True), BACKUP, 'does not exist'),
    (
        'no token',
        _evidence(gone=True, delegation_dead='role removed'),
        BACKUP,
        'role removed',
    ),
    (
        'no token though the server is in ERROR',
        _evidence({'status': 'ERROR'}, delegation_dead='user disabled'),
        BACKUP,
        'create the protection anew',
    ),
    ('unread', _evidence(gone=True, unread='503'), UNKNOWN, 'not be read'),
    (
        'unread though an old read says ERROR',
        _evidence({'status': 'ERROR'}, unread='timed out'),
        UNKNOWN,
        'timed out',
    ),
    (
        'being rebuilt',
        _evidence({'status': 'REBUILD', 'task_state': 'rebuilding'}),
        UNKNOWN,
        'rebuilding',
    ),
    (
        'being deleted',
        _evidence({'status': 'ERROR', 'task_state': 'deleting'}),
        UNKNOWN,
        'deleting',
    ),
    ('in ERROR', _evidence({'status': 'ERROR'}), SERVICE, 'in ERROR'),
    (
        'in ERROR with a reason',
        _evidence({'status': 'ERROR', 'fault': 'qemu died'}),
        SERVICE,
        'qemu died',
    ),
    ('host up', _evidence({'status': 'ERROR'}, host_status='UP'), SERVICE, ''),
    *(
        (
            f'host {status}',
            _evidence({'status': 'ERROR'}, host_status=status),
            HOST,
            status,
        )
        for status in ('DOWN', 'UNKNOWN', 'MAINTENANCE')
    ),
    (
        'volume in error',
        _evidence(volumes=(build.volume(1, status='error'),)),
        SERVICE,
        'volume-1 is in error',
    ),
    (
        'volume busy',
        _evidence(volumes=(build.volume(1, status='backing-up'),)),
        BACKUP,
        'only its backup',
    ),
]


@pytest.mark.parametrize(
    ('evidence', 'verdict', 'says'),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_diagnose(evidence, verdict, says):
    diagnosis = diagnose.diagnose(evidence)
    assert diagnosis.verdict is verdict
    assert says in diagnosis.reason


def test_onset_is_when_nova_says_the_server_failed():
    evidence = _evidence({'status': 'ERROR', 'fault_at': EARLIER})
    assert diagnose.diagnose(evidence).onset_at == EARLIER


def test_onset_is_never_after_the_evidence():
    later = build.NOW + build.HOUR
    evidence = _evidence({'status': 'ERROR', 'fault_at': later})
    assert diagnose.diagnose(evidence).onset_at == build.NOW


@pytest.mark.parametrize(
    ('well_at', 'onset_at'),
    [
        (None, EARLIER),
        (EARLIER - build.HOUR, EARLIER),
        (EARLIER, EARLIER),
        # Nova's complaint is older than when the server was seen well.
        (EARLIER + datetime.timedelta(seconds=1), build.NOW),
    ],
)
def test_a_complaint_from_before_it_was_seen_well_is_no_onset(
    well_at, onset_at
):
    evidence = _evidence(
        {'status': 'ERROR', 'fault_at': EARLIER}, well_at=well_at
    )
    assert diagnose.diagnose(evidence).onset_at == onset_at


def test_only_a_service_fault_ever_recovers():
    verdicts = {diagnose.diagnose(case[1]).verdict for case in CASES}
    assert verdicts == {BACKUP, SERVICE, HOST, UNKNOWN}
