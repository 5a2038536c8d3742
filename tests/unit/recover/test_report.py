"""What a report says, held to texts that people have read."""

import dataclasses
import datetime
import pathlib

import pytest

from snapfault import model
from snapfault.recover import report
from tests import build

GOLDEN = pathlib.Path(__file__).parent / 'reports'
ONSET = build.NOW
STATUS = model.RecoveryStatus
EVIDENCE = {
    'at': '2026-03-01T12:00:05+00:00',
    'operation': 'POST /snapshots of block_storage answered 400',
    'server_status': 'ERROR',
    'server_fault': 'No valid host was found',
    'volumes': {'volume-2': 'error', 'volume-1': 'in-use'},
    'host_status': 'UP',
    'said': [
        {
            'source': 'watch',
            'finding': 'server-error',
            'detail': 'the server is in ERROR',
            'first_at': '2026-03-01T12:00:00+00:00',
            'last_at': '2026-03-01T12:00:05+00:00',
            'count': 2,
        },
        {
            'source': 'webhook',
            'finding': 'alarm',
            'detail': 'see http://admin:hunter2@monitor/alarm',
            'first_at': '2026-03-01T12:00:01+00:00',
            'last_at': '2026-03-01T12:00:01+00:00',
            'count': 1,
        },
    ],
}


def after(seconds):
    """Give a moment after the fault began."""
    return ONSET + datetime.timedelta(seconds=seconds)


def event(number, seconds, status, text):
    """Give an event."""
    return model.RecoveryEvent(number, after(seconds), status, text)


def attempt(number=0, way=model.Way.FULL, **changes):
    """Give an attempt of a minute that came to a good end."""
    values = {
        'number': number,
        'way': way,
        'point_id': 'point-9' if way is model.Way.FULL else None,
        'status': model.AttemptStatus.DONE,
        'reason': '',
        'started_at': after(6 + 60 * number),
        'finished_at': after(66 + 60 * number),
    }
    return model.Attempt(**values | changes)


def step(position, name, attempt=0, **changes):
    """Give a step that was done within three seconds."""
    begun = 7 + 60 * attempt + 4 * position
    values = {
        'position': position,
        'phase': position,
        'name': name,
        'arguments': {},
        'status': model.StepStatus.DONE,
        'detail': '',
        'started_at': after(begun),
        'finished_at': after(begun + 3),
        'attempt': attempt,
    }
    return model.StepRecord(**values | changes)


def kept(kind=model.KeptKind.VOLUME, **changes):
    """Give what is kept for a week."""
    device = '/dev/vdb' if kind is model.KeptKind.VOLUME else ''
    values = {
        'id': f'kept-{kind}',
        'project_id': build.PROJECT,
        'protection_id': 'protection-1',
        'recovery_id': 'recovery-1',
        'kind': kind,
        'resource_id': f'{kind}-1',
        'device': device,
        'tag': None,
        'delete_on_termination': False,
        'status': model.KeptStatus.KEPT,
        'keep_until': after(7 * 24 * 3600),
        'reason': '',
        'attempts': 0,
        'not_before': None,
        'created_at': after(6),
    }
    return model.Kept(**values | changes)


FULL_STEPS = (
    step(
        0,
        'safety-snapshot',
        arguments={'volume_id': 'volume-1'},
        request_ids=('req-7d2f',),
    ),
    step(1, 'rebuild', request_ids=('req-11aa', 'req-22bb')),
    step(2, 'verify'),
)
DONE = report.Material(
    build.recovery(
        status=STATUS.DONE,
        automatic=True,
        evidence=EVIDENCE,
        created_at=after(5),
        finished_at=after(67),
        attempts=(attempt(),),
        steps=FULL_STEPS,
    ),
    events=(
        event(0, 5, STATUS.WAITING, 'the server is in ERROR'),
        event(1, 6, STATUS.RUNNING, 'worker w-1 is at it'),
        event(
            2,
            6,
            STATUS.RUNNING,
            'attempt 1 goes the way full: the server is in ERROR',
        ),
        event(3, 66, STATUS.RUNNING, 'attempt 1 is done'),
        event(4, 67, STATUS.DONE, 'all is done'),
    ),
    kept=(kept(), kept(model.KeptKind.SNAPSHOT)),
    points={
        'point-9': build.point(
            9,
            completed_at=ONSET - datetime.timedelta(minutes=65),
            proof=model.Proof.PROVEN,
        )
    },
)
FAILED = report.Material(
    dataclasses.replace(
        DONE.recovery,
        status=STATUS.FAILED,
        automatic=False,
        cause='asked for by a person',
        evidence={},
        reason='nova said {"adminPass": "hunter2"}; volume-1 is attached',
        finished_at=after(500),
        attempts=(
            attempt(
                0,
                model.Way.REBOOT,
                status=model.AttemptStatus.FAILED,
                reason='tcp 22 does not answer',
            ),
            attempt(1, status=model.AttemptStatus.FAILED, reason='no host'),
            attempt(2, model.Way.PUT_BACK),
        ),
        steps=(
            step(0, 'reboot'),
            step(
                1,
                'verify',
                status=model.StepStatus.FAILED,
                detail='tcp 22 does not answer',
            ),
            step(
                2,
                'rebuild',
                attempt=1,
                status=model.StepStatus.FAILED,
                detail='no host; token gAAAAABmhunter2hunter2',
            ),
            step(
                3,
                'start',
                attempt=1,
                status=model.StepStatus.PLANNED,
                started_at=None,
                finished_at=None,
            ),
            step(4, 'return-volume', 2, arguments={'volume_id': 'volume-1'}),
        ),
    ),
    kept=(
        kept(status=model.KeptStatus.RETURNED),
        kept(
            model.KeptKind.SNAPSHOT,
            status=model.KeptStatus.GONE,
            reason='somebody removed it',
        ),
    ),
)
HELD = report.Material(
    build.recovery(
        status=STATUS.HELD,
        automatic=True,
        reason='8 recoveries are open and [recover] max_open is 8',
        created_at=after(5),
    ),
    events=(event(0, 5, STATUS.HELD, '8 recoveries are open'),),
)
UNDONE = report.Material(
    dataclasses.replace(
        DONE.recovery,
        id='recovery-2',
        kind=model.RecoveryKind.UNDO,
        origin_id='recovery-1',
        automatic=False,
        cause='a person undoes recovery recovery-1',
        evidence={},
        created_at=after(900),
        finished_at=after(4800),
        attempts=(attempt(0, model.Way.PUT_BACK),),
        steps=(step(0, 'return-volume'),),
    ),
    kept=(kept(),),
)
CASES = {'done': DONE, 'failed': FAILED, 'held': HELD, 'undone': UNDONE}


@pytest.mark.parametrize('name', CASES)
def test_a_report_reads_as_it_was_read(name):
    written = report.text(report.sections(CASES[name]))
    assert written == (GOLDEN / f'{name}.txt').read_text()


@pytest.mark.parametrize('name', CASES)
def test_no_report_holds_a_secret(name):
    written = report.text(report.sections(CASES[name]))
    assert 'hunter2' not in written


def test_there_is_a_text_for_each_case_and_each_way():
    assert {each.stem for each in GOLDEN.iterdir()} == CASES.keys()
    assert report.LOST.keys() == set(model.Way)


def test_a_way_whose_plan_nobody_began_has_cost_nothing():
    unbegun = dataclasses.replace(
        FULL_STEPS[1], status=model.StepStatus.PLANNED
    )
    recovery = dataclasses.replace(
        DONE.recovery, steps=(FULL_STEPS[0], unbegun)
    )
    written = report.sections(report.Material(recovery))
    assert 'What was lost' not in {each.title for each in written}


def test_a_point_younger_than_the_fault_is_called_so():
    young = dataclasses.replace(
        DONE,
        points={'point-9': build.point(9, completed_at=after(3))},
    )
    assert 'younger than the fault' in report.text(report.sections(young))
