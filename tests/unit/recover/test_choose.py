"""Which recovery point is chosen, and the words for it."""

import dataclasses

import pytest

from snapfault import model
from snapfault import rules
from snapfault.recover import choose
from tests import build

FAILED = model.AttemptStatus.FAILED


def _point(sequence, **changes):
    """Give a point whose snapshots have names of their own."""
    members = tuple(
        dataclasses.replace(
            build.member(n),
            id=f'member-{n}-{sequence}',
            snapshot_id=f'snapshot-{n}-{sequence}',
        )
        for n in (1, 2)
    )
    return build.point(sequence, **{'members': members} | changes)


OLD, MID, NEW = _point(3), _point(10), _point(20)


def _snapshots(*points):
    return {
        member.snapshot_id: build.snapshot(
            number, point, id=member.snapshot_id, metadata=_mark(member)
        )
        for point in points
        for number, member in enumerate(point.members, start=1)
    }


def _mark(member):
    return {'snapfault:marker': member.id}


def _choose(*points, recovery=None, whole=None, outcomes=(), **policy):
    whole = points if whole is None else whole
    return choose.choose(
        recovery or build.recovery(),
        choose.History(points, outcomes),
        _snapshots(*whole),
        rules.RecoveryRules(**{'margin': 0} | policy),
    )


def _tried(point_id, number=0, way=model.Way.FULL, verified=False):
    """Give an attempt that came as far as its last look, and its steps."""
    attempt = model.Attempt(
        number, way, point_id, FAILED, 'no', build.NOW, build.NOW
    )
    ends = {
        'rebuild': model.StepStatus.DONE
        if not verified
        else model.StepStatus.FAILED,
        'verify': model.StepStatus.FAILED
        if not verified
        else model.StepStatus.PLANNED,
    }
    steps = tuple(
        model.StepRecord(
            number * 2 + n, n, name, {}, status, '', None, None, number
        )
        for n, (name, status) in enumerate(ends.items())
    )
    return attempt, steps


def _after(*tried, **changes):
    return build.recovery(
        attempts=tuple(attempt for attempt, _ in tried),
        steps=tuple(step for _, steps in tried for step in steps),
        **changes,
    )


def _hours_ago(hours):
    return build.NOW - hours * build.HOUR


def _outcome(recovery_id='first', **changes):
    """Give that of one back to OLD, as NEW held the damage already."""
    values = {
        'kind': model.RecoveryKind.RESTORE,
        'origin_id': None,
        'onset_at': _hours_ago(5),
        'before_at': None,
        'finished_at': _hours_ago(3),
        'point_id': 'point-3',
    }
    return model.Outcome(recovery_id, **values | changes)


def _undo(recovery_id, origin_id):
    return _outcome(
        recovery_id,
        kind=model.RecoveryKind.UNDO,
        origin_id=origin_id,
        point_id=None,
        finished_at=_hours_ago(2),
    )


def _proof(point, proof):
    return dataclasses.replace(point, proof=proof)


PROVEN, DISPROVEN = model.Proof.PROVEN, model.Proof.DISPROVEN

LATER = _point(22, created_at=_hours_ago(3) + build.HOUR / 60)
LATER = dataclasses.replace(LATER, completed_at=_hours_ago(2))
#: OLD was complete 21 hours ago, MID 14, NEW four.
BETWEEN = [
    ('taken then', (OLD, NEW), {'outcomes': [_outcome()]}, 'point-3'),
    (
        'begun then, and complete later',
        (OLD, dataclasses.replace(NEW, completed_at=_hours_ago(1))),
        {'outcomes': [_outcome()]},
        'point-3',
    ),
    ('after it', (OLD, NEW, LATER), {'outcomes': [_outcome()]}, 'point-22'),
    (
        'before the fault, and passed over all the same',
        (OLD, MID, NEW),
        {'outcomes': [_outcome()]},
        'point-3',
    ),
    (
        'before the fault, where the restored one is gone',
        (MID, NEW),
        {'outcomes': [_outcome()]},
        'point-10',
    ),
    (
        'before the restored one, and within the margin of today',
        (OLD, MID),
        {
            'outcomes': [_outcome(point_id='point-10')],
            'margin': int(30 * build.HOUR.total_seconds()),
            'recovery': build.recovery(before_at=MID.completed_at),
            'whole': (OLD,),
        },
        'point-3',
    ),
    (
        'before it, and within the margin',
        (OLD, MID, NEW),
        {
            'outcomes': [_outcome()],
            'margin': int(10 * build.HOUR.total_seconds()),
            'recovery': build.recovery(before_at=build.NOW),
        },
        'point-3',
    ),
    (
        'a moment was named, which stands in for onset and margin',
        (OLD, MID, NEW),
        {'outcomes': [_outcome(before_at=_hours_ago(20))]},
        'point-3',
    ),
    (
        'undone',
        (OLD, NEW),
        {'outcomes': [_undo('second', 'first'), _outcome()]},
        'point-20',
    ),
    (
        'undone, and that undone as well',
        (OLD, NEW),
        {
            'outcomes': [
                _undo('third', 'second'),
                _undo('second', 'first'),
                _outcome(),
            ]
        },
        'point-3',
    ),
    (
        'another was undone',
        (OLD, NEW),
        {'outcomes': [_undo('second', 'another'), _outcome()]},
        'point-3',
    ),
    (
        'a person named it then',
        (OLD, NEW),
        {'outcomes': [_outcome(point_id='point-20')]},
        'point-20',
    ),
    (
        'a person named it since',
        (OLD, NEW),
        {
            'outcomes': [
                _outcome('second', onset_at=build.NOW, point_id='point-20'),
                _outcome(),
            ]
        },
        'point-20',
    ),
    (
        'it was gone back to before that was known',
        (OLD, NEW),
        {
            'outcomes': [
                _outcome('second'),
                _outcome(onset_at=build.NOW, point_id='point-20'),
            ]
        },
        'point-3',
    ),
    (
        'a person names it now',
        (OLD, NEW),
        {
            'outcomes': [_outcome()],
            'recovery': build.recovery(point_id='point-20', point_named=True),
        },
        'point-20',
    ),
]

CASES = [
    ('the newest', (OLD, NEW, MID), {}, 'point-20'),
    (
        'by sequence and not by clock',
        (
            dataclasses.replace(NEW, completed_at=OLD.completed_at),
            dataclasses.replace(OLD, completed_at=NEW.completed_at),
        ),
        {},
        'point-20',
    ),
    (
        'margin',
        (OLD, MID, NEW),
        {'margin': int(5 * build.HOUR.total_seconds())},
        'point-10',
    ),
    (
        'before a moment, which stands in for onset and margin',
        (OLD, MID, NEW),
        {
            'margin': 10**6,
            'recovery': build.recovery(before_at=MID.completed_at),
        },
        'point-10',
    ),
    ('disproven', (OLD, _proof(NEW, DISPROVEN)), {}, 'point-3'),
    (
        'proven only',
        (_proof(OLD, PROVEN), MID, NEW),
        {'proven_only': True},
        'point-3',
    ),
    (
        'one step back',
        (OLD, NEW),
        {'recovery': _after(_tried('point-20'))},
        'point-3',
    ),
    (
        'two steps back',
        (OLD, MID, NEW),
        {
            'recovery': _after(_tried('point-20'), _tried('point-10', 1)),
            'steps_back': 2,
        },
        'point-3',
    ),
    (
        'a step back never goes forward',
        (OLD, MID, NEW),
        {'recovery': _after(_tried('point-10'))},
        'point-3',
    ),
    (
        'an attempt that broke off is no word against its point',
        (OLD, NEW),
        {'recovery': _after(_tried('point-20', verified=True))},
        'point-20',
    ),
    (
        'a reboot is no word against a point',
        (OLD, NEW),
        {'recovery': _after(_tried(None, way=model.Way.REBOOT))},
        'point-20',
    ),
    (
        'named, though younger than the fault',
        (OLD, _point(25)),
        {'recovery': build.recovery(point_id='point-25', point_named=True)},
        'point-25',
    ),
    (
        'named, though no drill has proven it',
        (_proof(OLD, PROVEN), NEW),
        {
            'recovery': build.recovery(point_id='point-20', point_named=True),
            'proven_only': True,
        },
        'point-20',
    ),
    (
        'the point of an earlier attempt was not named',
        (OLD, NEW),
        {'recovery': build.recovery(point_id='point-3')},
        'point-20',
    ),
    ('not whole', (OLD, NEW), {'whole': (OLD,)}, 'point-3'),
    *(
        (f'between fault and recovery: {name}', *case)
        for name, *case in BETWEEN
    ),
]


@pytest.mark.parametrize(
    ('points', 'settings', 'chosen'),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_the_point_that_is_chosen(points, settings, chosen):
    choice = _choose(*points, **settings)
    assert choice.point is not None, choice.reason
    assert choice.point.id == chosen
    assert choice.reason


def _named(point_id):
    return build.recovery(point_id=point_id, point_named=True)


REFUSALS = [
    ('none', (), {}, 'has no good recovery point'),
    ('too young', (_point(25),), {}, '1 younger than 2026-03-01T12:00'),
    (
        'named and disproven',
        (_proof(NEW, DISPROVEN),),
        {'recovery': _named('point-20')},
        'in a drill',
    ),
    (
        'named and failed',
        (_point(20, status=model.PointStatus.LOST),),
        {'recovery': _named('point-20')},
        'is lost and not good',
    ),
    (
        'named and not whole',
        (NEW,),
        {'recovery': _named('point-20'), 'whole': ()},
        'has lost snapshots',
    ),
    (
        'named and of another service',
        (NEW,),
        {'recovery': _named('point-4')},
        'not of this service',
    ),
    (
        'named and tried',
        (OLD, NEW),
        {
            'recovery': _after(
                _tried('point-20'), point_id='point-20', point_named=True
            )
        },
        'did not work from recovery point point-20',
    ),
    (
        'no more steps back',
        (OLD, MID, NEW),
        {'recovery': _after(_tried('point-20'), _tried('point-10', 1))},
        'from 2 recovery points, and the policy tries 1 after',
    ),
    (
        'no step back',
        (OLD, NEW),
        {'recovery': _after(_tried('point-20')), 'steps_back': 0},
        'from 1 recovery points, and the policy tries 0 after',
    ),
    (
        'of what a recovery has left behind',
        (NEW,),
        {'outcomes': [_outcome()]},
        '1 of what a recovery from an older one has left behind; name one'
        ' with --point',
    ),
    (
        'each for its reason',
        (OLD, _proof(MID, DISPROVEN), NEW, _point(25)),
        {'whole': (OLD, MID), 'proven_only': True},
        '1 younger than 2026-03-01T12:00:00+00:00, 2 not proven by a drill,'
        ' which the policy asks for, 1 disproven by a drill',
    ),
]


@pytest.mark.parametrize(
    ('points', 'settings', 'says'),
    [case[1:] for case in REFUSALS],
    ids=[case[0] for case in REFUSALS],
)
def test_why_there_is_none(points, settings, says):
    choice = _choose(*points, **settings)
    assert choice.point is None
    assert says in choice.reason
