"""What the evidence of a fault means: a table, with each sentence in full."""

import dataclasses
import datetime

import pytest

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import case as cases
from snapfault.recover import diagnose
from tests import build

HEALTHY = cases.Verdict.HEALTHY
BACKUP = cases.Verdict.BACKUP_FAULT
VOLUME = cases.Verdict.VOLUME_FAULT
SERVER = cases.Verdict.SERVER_FAULT
HOST = cases.Verdict.HOST_FAULT
UNKNOWN = cases.Verdict.UNKNOWN
EARLIER = build.NOW - datetime.timedelta(minutes=5)

FAILED = 'snapshot s is in error'
OUTAGE = 'Cinder answered 503'
AUTOMATIC = rules.RecoveryRules(automatic=True)
LITERAL = rules.RecoveryRules(starts_on=rules.Starts.FAILED_BACKUP)
STUBBORN = dataclasses.replace(LITERAL, even_if_healthy=True)
EVACUATE = rules.RecoveryRules(evacuate=True)

IN_ERROR = {'status': 'ERROR'}
HEALTHY_SAID = 'the server is ACTIVE; its volumes are in use'
ERROR_SAID = 'the server is in ERROR: Nova gives no reason'
ONLY_BACKUP = f'the service is ACTIVE and only its backup failed: {FAILED}'
GONE_SAID = (
    'the server does not exist any more, so there is nothing to rebuild; its'
    ' recovery points stay'
)
PAUSED_SAID = 'the protection is paused: nothing is done to its server'
LITERAL_SAID = f'a backup failed, which is a fault by the policy: {FAILED}'
LOCKED_SAID = (
    'the server is in ERROR and locked: whoever locked it wants nothing done'
    ' to it; unlock it to have it recovered'
)


def _case(server=None, *, gone=False, volumes=None, **changes):
    """Give a service that is well, and of which nothing was said."""
    return cases.Case(
        build.NOW,
        server=None if gone else build.server(**(server or {})),
        volumes=volumes if volumes is not None else (build.volume(1),),
        **changes,
    )


def _failed(*args, **changes):
    """Give it after a backup that failed for a reason of its own."""
    return _case(*args, operation=FAILED, **changes)


def _beside(*args, **changes):
    """Give it after a backup that the control plane let fail."""
    return _case(*args, operation=OUTAGE, beside=True, **changes)


def _said(
    finding='server-error',
    source=model.Source.WATCH,
    count=2,
    lasted=60,
    ago=0,
    detail='the shop does not answer',
):
    """Give a piece of evidence that was last said ``ago`` seconds ago."""
    second = datetime.timedelta(seconds=1)
    last_at = build.NOW - ago * second
    return (
        model.Evidence(
            id='evidence-1',
            project_id=build.PROJECT,
            protection_id='protection-1',
            source=source,
            finding=finding,
            detail=detail,
            first_at=last_at - lasted * second,
            last_at=last_at,
            count=count,
            expires_at=last_at + 300 * second,
        ),
    )


def _alarm(**changes):
    return _said('guest', model.Source.WEBHOOK, **changes)


def _host(status, forced_down=False):
    return resource.Host('compute-1', status, forced_down)


def _volume(status):
    return (build.volume(1, status=status), build.volume(2))


def _busy(task_state):
    return f'Nova is at work on the server ({task_state})'


def _status(status):
    return f'the server is {status}, which is no fault: somebody put it there'


def _host_said(status, todo):
    return (
        f'the compute service of the server is {status}: a rebuild would'
        f' hang; {todo}'
    )


FENCE = (
    'bring the host back, or fence it and say so (openstack compute service'
    ' set --down HOST nova-compute)'
)
LEAVES = (
    'the compute service of the server is DOWN and fenced: the server is to'
    ' leave it'
)
NO_RIGHT = (
    'no right to act for the project: role removed; a user of the project'
    ' gives another by `openstack protection set PROTECTION --delegation'
    ' trust`'
)
UNREAD = 'the state of the service could not be read: nova answered 503'
ONCE = ' (not confirmed yet: said once, over 0 of 60 s)'
NEVER = ' (not confirmed yet: it must last 60 s)'
GUEST = 'the server is ACTIVE, but its webhook says: the shop does not answer'
BROKEN = 'volume volume-1 is in error'
UNSEEN = (
    'volume volume-1 is attached and not to be seen in the project: only an'
    ' administrator can tell whether it exists'
)

#: What is known, the verdict, whether a recovery may follow, the sentence.
CASES = {
    # nothing is wrong
    'well': (_case(), HEALTHY, False, HEALTHY_SAID),
    'stopped by its user': (
        _case({'status': 'SHUTOFF'}),
        HEALTHY,
        False,
        'the server is SHUTOFF, which is no fault; its volumes are in use',
    ),
    'no volumes': (_case(volumes=()), HEALTHY, False, HEALTHY_SAID),
    'host up': (_case(host=_host('UP')), HEALTHY, False, HEALTHY_SAID),
    'what was said has expired': (
        _case(evidence=_said(ago=301)),
        HEALTHY,
        False,
        HEALTHY_SAID,
    ),
    'the watch saw ERROR before, and now it is well': (
        _case(evidence=_said(count=9, lasted=600)),
        HEALTHY,
        False,
        HEALTHY_SAID,
    ),
    'a notification of a server that is well': (
        _case(evidence=_said('x', model.Source.NOTIFICATION, count=9)),
        HEALTHY,
        False,
        HEALTHY_SAID,
    ),
    # in other hands
    **{
        status.lower(): (_case({'status': status}), HEALTHY, False, said)
        for status, said in (
            (each, _status(each))
            for each in (
                'PAUSED',
                'SUSPENDED',
                'SHELVED',
                'SHELVED_OFFLOADED',
                'RESCUE',
                'VERIFY_RESIZE',
                'RESIZE',
                'MIGRATING',
                'REBUILD',
                'BUILD',
                'REBOOT',
                'HARD_REBOOT',
                'PASSWORD',
                'REVERT_RESIZE',
                'SOFT_DELETED',
                'DELETED',
                'UNKNOWN',
                'WHATEVER',
            )
        )
    },
    'locked': (
        _case({'locked': True}),
        HEALTHY,
        False,
        'the server is locked: nothing is done to it',
    ),
    'locked, and a volume broken': (
        _failed({'locked': True}, volumes=_volume('error')),
        BACKUP,
        False,
        'the server is locked: nothing is done to it; its backup failed:'
        f' {FAILED}',
    ),
    'locked and in ERROR': (
        _failed({'locked': True, **IN_ERROR}),
        UNKNOWN,
        False,
        LOCKED_SAID,
    ),
    'locked and in ERROR, seen for long': (
        _case({'locked': True, **IN_ERROR}, evidence=_said(lasted=999)),
        UNKNOWN,
        False,
        LOCKED_SAID,
    ),
    **{
        f'at work: {task}': (
            _failed({'status': status, 'task_state': task}),
            UNKNOWN,
            False,
            _busy(task),
        )
        for status, task in (
            ('REBUILD', 'rebuilding'),
            ('ERROR', 'deleting'),
            ('ACTIVE', 'migrating'),
            ('ACTIVE', 'powering-off'),
            ('ERROR', 'reboot_started_hard'),
            ('RESIZE', 'resize_migrating'),
            ('ACTIVE', 'image_snapshot'),
        )
    },
    'host in maintenance': (
        _case(host=_host('MAINTENANCE')),
        HEALTHY,
        False,
        'the compute service of the server is MAINTENANCE, which is no fault',
    ),
    'host in maintenance, server in ERROR': (
        _failed(IN_ERROR, host=_host('MAINTENANCE', True), rules=EVACUATE),
        BACKUP,
        False,
        'the compute service of the server is MAINTENANCE, which is no fault',
    ),
    'the protection is paused': (
        _case(IN_ERROR, paused=True, evidence=_said(lasted=999)),
        HEALTHY,
        False,
        PAUSED_SAID,
    ),
    'paused, and a run by hand failed': (
        _failed(IN_ERROR, paused=True),
        BACKUP,
        False,
        PAUSED_SAID,
    ),
    'deleted by its user': (_case(gone=True), HEALTHY, False, GONE_SAID),
    'deleted, and its backup failed': (
        _failed(gone=True),
        BACKUP,
        False,
        GONE_SAID,
    ),
    # only the backup
    'only the backup': (_failed(), BACKUP, False, ONLY_BACKUP),
    'only the backup, of a server that is off': (
        _failed({'status': 'SHUTOFF'}),
        BACKUP,
        False,
        f'the service is SHUTOFF and only its backup failed: {FAILED}',
    ),
    'an outage': (
        _beside(),
        BACKUP,
        False,
        f'the service is ACTIVE and only its backup failed: {OUTAGE}',
    ),
    'a failed extension goes on serving': (
        _failed(volumes=_volume('error_extending')),
        BACKUP,
        False,
        ONLY_BACKUP,
    ),
    **{
        f'a volume {status}': (
            _case(volumes=_volume(status)),
            HEALTHY,
            False,
            f'the server is ACTIVE; volume volume-1 is {status}, which is no'
            ' fault',
        )
        for status in (
            'detaching',
            'reserved',
            'backing-up',
            'retyping',
            'error_extending',
        )
    },
    # cannot act, cannot see
    'no right': (
        _case(gone=True, delegation_dead='role removed'),
        BACKUP,
        False,
        NO_RIGHT,
    ),
    'no right, and an old read says ERROR': (
        _failed(IN_ERROR, delegation_dead='role removed', rules=STUBBORN),
        BACKUP,
        False,
        NO_RIGHT,
    ),
    'unread': (
        _case(gone=True, unread='nova answered 503'),
        UNKNOWN,
        False,
        UNREAD,
    ),
    'unread, and an old read says ERROR': (
        _failed(
            IN_ERROR,
            unread='nova answered 503',
            evidence=_said(lasted=999),
            rules=STUBBORN,
        ),
        UNKNOWN,
        False,
        UNREAD,
    ),
    # the server
    'ERROR, and the backup failed of it': (
        _failed(IN_ERROR),
        SERVER,
        True,
        ERROR_SAID,
    ),
    'ERROR with a reason': (
        _failed({**IN_ERROR, 'fault': 'qemu died'}),
        SERVER,
        True,
        'the server is in ERROR: qemu died',
    ),
    'ERROR, on a host that is up': (
        _failed(IN_ERROR, host=_host('UP')),
        SERVER,
        True,
        ERROR_SAID,
    ),
    'ERROR, and the watch has seen it for long enough': (
        _case(IN_ERROR, evidence=_said()),
        SERVER,
        True,
        ERROR_SAID,
    ),
    'ERROR, and a volume broken as well': (
        _failed(IN_ERROR, volumes=_volume('error')),
        SERVER,
        True,
        f'{ERROR_SAID}; {BROKEN}',
    ),
    'ERROR, seen once': (
        _case(IN_ERROR, evidence=_said(count=1, lasted=0)),
        UNKNOWN,
        False,
        ERROR_SAID + ONCE,
    ),
    'ERROR, seen often in a short time': (
        _case(IN_ERROR, evidence=_said(count=9, lasted=59)),
        UNKNOWN,
        False,
        f'{ERROR_SAID} (not confirmed yet: said 9 times, over 59 of 60 s)',
    ),
    'ERROR, seen only now': (
        _case(IN_ERROR),
        UNKNOWN,
        False,
        ERROR_SAID + NEVER,
    ),
    'ERROR, seen for long, but long ago': (
        _case(IN_ERROR, evidence=_said(lasted=999, ago=301)),
        UNKNOWN,
        False,
        ERROR_SAID + NEVER,
    ),
    'ERROR, and what the watch saw was something else': (
        _case(IN_ERROR, evidence=_said('volume-error')),
        UNKNOWN,
        False,
        ERROR_SAID + NEVER,
    ),
    'ERROR, and only an alarm says so': (
        _case(IN_ERROR, evidence=_alarm(lasted=999), rules=AUTOMATIC),
        UNKNOWN,
        False,
        ERROR_SAID + NEVER,
    ),
    'ERROR, and only notifications say so': (
        _case(
            IN_ERROR,
            evidence=_said('server-error', model.Source.NOTIFICATION),
        ),
        UNKNOWN,
        False,
        ERROR_SAID + NEVER,
    ),
    'ERROR, and an outage let the backup fail': (
        _beside(IN_ERROR),
        UNKNOWN,
        False,
        ERROR_SAID + NEVER,
    ),
    'ERROR, two looks suffice where nothing is to be waited for': (
        _case(
            IN_ERROR,
            evidence=_said(lasted=0),
            rules=rules.RecoveryRules(confirm=0),
        ),
        SERVER,
        True,
        ERROR_SAID,
    ),
    'ERROR, one look never does': (
        _case(
            IN_ERROR,
            evidence=_said(count=1, lasted=0),
            rules=rules.RecoveryRules(confirm=0),
        ),
        UNKNOWN,
        False,
        f'{ERROR_SAID} (not confirmed yet: said once, over 0 of 0 s)',
    ),
    # its volumes
    'a volume broken, and the backup failed of it': (
        _failed(volumes=_volume('error')),
        VOLUME,
        True,
        BROKEN,
    ),
    'a volume half restored': (
        _failed(volumes=_volume('error_restoring')),
        VOLUME,
        True,
        'volume volume-1 is in error_restoring',
    ),
    'a volume broken, the server off': (
        _failed({'status': 'SHUTOFF'}, volumes=_volume('error')),
        VOLUME,
        True,
        BROKEN,
    ),
    'a volume broken, seen for long enough': (
        _case(volumes=_volume('error'), evidence=_said('volume-error')),
        VOLUME,
        True,
        BROKEN,
    ),
    'a volume broken, seen once': (
        _case(
            volumes=_volume('error'),
            evidence=_said('volume-error', count=1, lasted=0),
        ),
        UNKNOWN,
        False,
        BROKEN + ONCE,
    ),
    'two volumes broken': (
        _failed(
            volumes=(
                build.volume(2, status='error'),
                build.volume(1, status='error'),
            ),
        ),
        VOLUME,
        True,
        f'{BROKEN}, volume-2 is in error',
    ),
    'a volume that is not seen': (
        _case(volumes=(), unseen=('volume-1',), evidence=_said(lasted=999)),
        UNKNOWN,
        False,
        UNSEEN,
    ),
    'a volume that is not seen, and its backup failed': (
        _failed(volumes=(), unseen=('volume-1',), rules=STUBBORN),
        UNKNOWN,
        False,
        UNSEEN,
    ),
    'ERROR, and a volume is not seen': (
        _failed(IN_ERROR, volumes=(), unseen=('volume-1',)),
        SERVER,
        True,
        ERROR_SAID,
    ),
    # the host
    **{
        f'host {status}': (
            _failed(IN_ERROR, host=_host(status), rules=EVACUATE),
            HOST,
            False,
            _host_said(status, FENCE),
        )
        for status in ('DOWN', 'UNKNOWN')
    },
    'host fenced, and not to be left': (
        _failed(host=_host('DOWN', True)),
        HOST,
        False,
        _host_said('DOWN', 'bring the host back, or evacuate the server'),
    ),
    'host fenced, and to be left': (
        _case(
            host=_host('DOWN', True),
            rules=EVACUATE,
            evidence=_said('host-down'),
        ),
        HOST,
        True,
        LEAVES,
    ),
    'host fenced a moment ago': (
        _case(
            host=_host('DOWN', True),
            rules=EVACUATE,
            evidence=_said('host-down', count=1, lasted=0),
        ),
        UNKNOWN,
        False,
        LEAVES + ONCE,
    ),
    # the guest
    'an alarm, for long enough': (
        _case(evidence=_alarm(), rules=AUTOMATIC),
        SERVER,
        True,
        GUEST,
    ),
    'an alarm, and the policy leaves it to people': (
        _case(evidence=_alarm()),
        UNKNOWN,
        False,
        f'{GUEST}; Nova and Cinder see no fault',
    ),
    'an alarm, once': (
        _case(evidence=_alarm(count=1, lasted=0), rules=AUTOMATIC),
        UNKNOWN,
        False,
        GUEST + ONCE,
    ),
    'a stale alarm': (
        _case(evidence=_alarm(lasted=999, ago=301), rules=AUTOMATIC),
        HEALTHY,
        False,
        HEALTHY_SAID,
    ),
    'an alarm about a server that its user stopped': (
        _case({'status': 'SHUTOFF'}, evidence=_alarm(), rules=AUTOMATIC),
        HEALTHY,
        False,
        'the server is SHUTOFF, which is no fault; its volumes are in use',
    ),
    'an alarm about a server that is shelved': (
        _case({'status': 'SHELVED'}, evidence=_alarm(), rules=AUTOMATIC),
        HEALTHY,
        False,
        _status('SHELVED'),
    ),
    # the literal rule
    'literal, and a fresh read shows it healthy': (
        _failed(rules=LITERAL),
        BACKUP,
        False,
        ONLY_BACKUP,
    ),
    'literal, even if healthy': (
        _failed(rules=STUBBORN),
        SERVER,
        True,
        LITERAL_SAID,
    ),
    'literal, and a volume is not as it should be': (
        _failed(volumes=_volume('error_extending'), rules=LITERAL),
        SERVER,
        True,
        LITERAL_SAID,
    ),
    'literal, but nothing failed': (
        _case(rules=STUBBORN),
        HEALTHY,
        False,
        HEALTHY_SAID,
    ),
    'literal, but it was an outage, a quota or a right': (
        _beside(rules=STUBBORN),
        BACKUP,
        False,
        f'the service is ACTIVE and only its backup failed: {OUTAGE}',
    ),
    'literal, but the server is in other hands': (
        _failed({'status': 'RESCUE'}, rules=STUBBORN),
        BACKUP,
        False,
        _status('RESCUE'),
    ),
    'literal, but the server is gone': (
        _failed(gone=True, rules=STUBBORN),
        BACKUP,
        False,
        GONE_SAID,
    ),
}


@pytest.mark.parametrize('name', CASES)
def test_a_case_is_judged_and_said_so(name):
    case, verdict, recovers, says = CASES[name]
    diagnosis = diagnose.diagnose(case)
    assert diagnosis.reason == says
    assert diagnosis.verdict is verdict
    assert diagnosis.recovers is recovers
    assert diagnosis.onset_at <= case.at


def test_the_table_has_every_verdict_and_enough_cases():
    assert len(CASES) >= 60
    assert {verdict for _, verdict, _, _ in CASES.values()} == set(
        cases.Verdict
    )


def test_only_a_fault_is_recovered_from():
    faults = {SERVER, VOLUME, HOST}
    recovered = {verdict for _, verdict, acts, _ in CASES.values() if acts}
    assert recovered == faults


@pytest.mark.parametrize(
    ('read', 'verdict'),
    [
        ({'delegation_dead': 'role removed'}, BACKUP),
        ({'unread': 'nova answered 503'}, UNKNOWN),
        ({'paused': True}, BACKUP),
        ({'gone': True}, BACKUP),
    ],
)
@pytest.mark.parametrize('chosen', [AUTOMATIC, LITERAL, STUBBORN, EVACUATE])
def test_what_cannot_be_seen_or_touched_is_never_recovered(
    read, verdict, chosen
):
    said = _said(lasted=999) + _alarm(lasted=999) + _said('host-down')
    case = _failed(
        None if 'gone' in read else IN_ERROR,
        evidence=said,
        host=_host('DOWN', True),
        rules=chosen,
        **read,
    )
    diagnosis = diagnose.diagnose(case)
    assert not diagnosis.recovers
    assert diagnosis.verdict is verdict


def test_onset_is_when_nova_says_the_server_failed():
    case = _failed({**IN_ERROR, 'fault_at': EARLIER})
    assert diagnose.diagnose(case).onset_at == EARLIER


def test_onset_is_never_after_the_evidence():
    later = build.NOW + build.HOUR
    case = _failed({**IN_ERROR, 'fault_at': later})
    assert diagnose.diagnose(case).onset_at == build.NOW


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
    case = _failed({**IN_ERROR, 'fault_at': EARLIER}, well_at=well_at)
    assert diagnose.diagnose(case).onset_at == onset_at


@pytest.mark.parametrize(
    'case',
    [
        _case(IN_ERROR, evidence=_said(lasted=300)),
        _case(
            volumes=_volume('error'),
            evidence=_said('volume-error', lasted=300),
        ),
        _case(evidence=_alarm(lasted=300), rules=AUTOMATIC),
    ],
    ids=['server', 'volume', 'guest'],
)
def test_onset_is_when_it_was_first_said(case):
    assert diagnose.diagnose(case).onset_at == EARLIER


def test_a_case_tells_what_it_was_judged_by():
    case = _failed(IN_ERROR, unseen=('volume-9',), evidence=_said(ago=9))
    told = case.as_dict()
    assert told['volumes'] == {'volume-1': 'in-use', 'volume-9': 'not seen'}
    assert [each['finding'] for each in told['said']] == ['server-error']
    old = dataclasses.replace(case, evidence=_said(ago=301))
    assert old.as_dict()['said'] == []
