"""Recovery points in the database."""

import collections.abc
import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault import moves
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import makings
from snapfault.db import point_guards
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.db import standing
from tests.functional.db import samples

Status = model.PointStatus


def kept(
    database: api.Database, *path: Status, **changes: object
) -> model.RecoveryPoint:
    values = {'pinned': False} | changes
    point = points.create(database, samples.point(**values))
    for status in path:
        point = points.move(database, point, status, now=samples.after(1))
    return point


def test_a_point_comes_back_with_its_members_in_order(
    database: api.Database,
) -> None:
    members = tuple(
        samples.member(device=device) for device in ('/dev/vdc', '/dev/vdb')
    )
    asked = samples.point(members=members)
    made = points.create(database, asked)
    assert made == dataclasses.replace(asked, sequence=made.sequence)
    assert points.get(database, 'mine', made.id) == made
    with pytest.raises(errors.NotFound):
        points.get(database, 'theirs', made.id)
    assert kept(database, members=()).members == ()


def test_sequence_rises_whatever_the_clock_says(
    database: api.Database,
) -> None:
    made = [kept(database, created_at=samples.after(at)) for at in (5, -5, 0)]
    sequences = [each.sequence for each in made]
    assert sequences == sorted(set(sequences))
    found = points.history(database, 'mine', 'business')
    assert found == made[::-1]


def test_history_is_of_one_business_service(database: api.Database) -> None:
    alive = [
        kept(database),
        kept(database, Status.GOOD, protection_id='another'),
        kept(database, Status.GOOD, Status.LOST),
        kept(database, Status.FAILED),
        kept(database, Status.GOOD, Status.DELETING),
    ]
    kept(database, Status.FAILED, Status.DELETED)
    theirs = kept(database, project_id='theirs')
    other = kept(database, business_id='other')
    keys = [
        ('mine', 'business'),
        ('theirs', 'business'),
        ('mine', 'other'),
        ('mine', 'none'),
    ]
    expected = [alive[::-1], [theirs], [other], []]
    for key, rows in zip(keys, expected, strict=True):
        assert points.history(database, *key) == rows
    assert points.histories(database, keys) == dict(
        zip(keys, expected, strict=True)
    )
    assert points.histories(database, []) == {}


def test_unfinished(database: api.Database) -> None:
    kept(database, Status.GOOD)
    kept(database, Status.GOOD, Status.LOST)
    kept(database, Status.FAILED, Status.DELETED)
    mine = [
        kept(database),
        kept(database, Status.FAILED),
        kept(database, Status.GOOD, Status.DELETING),
    ]
    theirs = kept(database, project_id='theirs')
    assert makings.unfinished(database) == [*mine, theirs]


def test_last_good_at(database: api.Database) -> None:
    owner = samples.kept_protection(database, business_id='business')
    bare = samples.kept_protection(database)
    theirs = samples.kept_protection(
        database, business_id='business', project_id='theirs'
    )
    for at in (7, 3):
        point = kept(database)
        points.move(database, point, Status.GOOD, now=samples.after(at))
    point = kept(database, Status.GOOD)
    points.move(database, point, Status.LOST, now=samples.after(20))
    assert standing.last_good_at(database, [owner.id, bare.id, theirs.id]) == {
        owner.id: samples.after(7)
    }
    assert standing.last_good_at(database, []) == {}


@pytest.mark.parametrize('old', Status)
@pytest.mark.parametrize('new', Status)
def test_move_as_the_table_of_moves_says(
    database: api.Database, old: Status, new: Status
) -> None:
    kept(database, Status.GOOD)  # the last good one would stay
    point = points.create(database, samples.point(status=old, pinned=False))
    if new is not old and new not in moves.POINT[old]:
        with pytest.raises(errors.Conflict, match='cannot become'):
            points.move(database, point, new, now=samples.after(1))
        assert points.get(database, None, point.id) == point
        return
    moved = points.move(
        database, point, new, reason='why', now=samples.after(1)
    )
    became_good = new is Status.GOOD and old is not Status.GOOD
    assert moved == dataclasses.replace(
        point,
        status=new,
        reason='why',
        completed_at=samples.after(1) if became_good else None,
        skew=None if became_good else point.skew,
    )


def test_those_not_moved_on_are_called_good(database: api.Database) -> None:
    first, gone, second = (kept(database) for _ in range(3))
    points.move(database, gone, Status.FAILED, now=samples.NOW)
    ready = [
        dataclasses.replace(each, status=Status.GOOD, skew=0.5)
        for each in (first, gone, second)
    ]
    good = points.call_good(database, ready, samples.after(1))
    assert good == [
        dataclasses.replace(each, completed_at=samples.after(1))
        for each in (ready[0], ready[2])
    ]
    assert points.get(database, None, first.id) == good[0]
    assert points.get(database, None, gone.id).status is Status.FAILED
    assert points.call_good(database, ready, samples.NOW) == []


def test_move_loses_to_who_was_sooner(database: api.Database) -> None:
    point = kept(database)
    points.move(database, point, Status.GOOD, now=samples.NOW)
    with pytest.raises(errors.Conflict, match='not creating any more'):
        points.move(database, point, Status.FAILED, now=samples.NOW)
    with pytest.raises(errors.Conflict, match='not creating any more'):
        points.move(database, point, point.status, reason='x', now=samples.NOW)


@pytest.mark.parametrize('status', [Status.GOOD, Status.LOST])
def test_the_last_good_one_stays(
    database: api.Database, status: Status
) -> None:
    """Invariant 1; a lost one is no good one."""
    kept(database, Status.FAILED)
    point = kept(database, Status.GOOD)
    if status is Status.LOST:
        point = points.move(database, point, status, now=samples.NOW)
        points.move(database, point, Status.DELETING, now=samples.NOW)
        return
    with pytest.raises(errors.Conflict, match='last good one'):
        points.move(database, point, Status.DELETING, now=samples.NOW)
    assert points.get(database, None, point.id) == point


@pytest.mark.parametrize('status', [Status.GOOD, Status.LOST])
def test_a_pinned_one_stays(database: api.Database, status: Status) -> None:
    """Also where whoever moves it does not know yet that it is pinned."""
    kept(database, Status.GOOD)  # the last good one would stay
    point = kept(database, Status.GOOD)
    pinned = points.set_pinned(database, point, True)
    assert pinned == dataclasses.replace(point, pinned=True, generation=2)
    assert points.get(database, None, point.id) == pinned
    if status is Status.LOST:
        point = points.move(database, point, status, now=samples.NOW)
    with pytest.raises(errors.Conflict, match='set --unpin point-'):
        points.move(database, point, Status.DELETING, now=samples.NOW)
    point = points.set_pinned(database, point, False)
    gone = points.move(database, point, Status.DELETING, now=samples.NOW)
    assert points.get(database, None, point.id) == gone


@pytest.mark.parametrize('status', [s for s in Status if s is not Status.GOOD])
def test_only_a_good_one_is_pinned_and_any_unpinned(
    database: api.Database, status: Status
) -> None:
    point = points.create(database, samples.point(status=status, pinned=False))
    with pytest.raises(errors.Conflict, match=f'is {status}: only a good one'):
        points.set_pinned(database, point, True)
    left = points.set_pinned(database, point, False)
    assert left == dataclasses.replace(point, generation=2)


def named(
    database: api.Database, point_id: str, status: model.RecoveryStatus
) -> None:
    """Have a person name the point."""
    samples.kept_recovery(database, status=status, point_id=point_id)


def planned(
    database: api.Database, point_id: str, status: model.RecoveryStatus
) -> None:
    """Have the plan choose it: until the end only an attempt says so."""
    made = samples.kept_recovery(database, status=status)
    attempt = samples.attempt(point_id=point_id)
    journal.begin_attempt(database, made, attempt, ())


def planned_before(
    database: api.Database, point_id: str, status: model.RecoveryStatus
) -> None:
    """Have an attempt before the last one read from it."""
    planned(database, point_id, status)
    made = recoveries.list_page(database, None, limit=1)[0]
    attempt = samples.attempt(1, way=model.Way.PUT_BACK)
    journal.begin_attempt(database, made, attempt, ())


@pytest.mark.parametrize('status', model.RecoveryStatus)
@pytest.mark.parametrize('use', [named, planned, planned_before])
def test_one_that_a_recovery_reads_from_stays(
    database: api.Database,
    status: model.RecoveryStatus,
    use: collections.abc.Callable[
        [api.Database, str, model.RecoveryStatus], None
    ],
) -> None:
    kept(database, Status.GOOD)  # the last good one would stay
    point = kept(database, Status.GOOD)
    use(database, point.id, status)
    if status not in model.OPEN_RECOVERY:
        points.move(database, point, Status.DELETING, now=samples.NOW)
        return
    with pytest.raises(errors.Conflict, match='a recovery or drill needs'):
        points.move(database, point, Status.DELETING, now=samples.NOW)
    assert points.get(database, None, point.id) == point


def _over(
    database: api.Database,
    owner: model.Protection,
    status: model.RecoveryStatus,
    point_id: str | None = None,
    *away: str,
) -> None:
    """Have a recovery go back to a point, and come to an end.

    :param away: the devices of what it has taken away, or merely copied
    """
    made = recoveries.create(
        database, samples.recovery(owner, point_id=point_id)
    )
    held = recoveries.claim(database, made, 'w', samples.NOW, samples.after(9))
    assert held is not None
    rows = tuple(samples.kept(held, device=each) for each in away)
    held = journal.begin_attempt(database, held, samples.attempt(), (), rows)
    is_done = status is model.RecoveryStatus.DONE
    ended = model.AttemptStatus.DONE if is_done else model.AttemptStatus.FAILED
    held = journal.end_attempt(database, held, ended, '', samples.NOW)
    recoveries.finish(database, held, status, 'over', samples.after(1))


@pytest.mark.parametrize(
    ('status', 'device', 'stays'),
    [
        (model.RecoveryStatus.FAILED, '/dev/vdb', True),
        (model.RecoveryStatus.ABORTED, '/dev/vdb', True),
        (model.RecoveryStatus.FAILED, '', False),
        (model.RecoveryStatus.DONE, '/dev/vdb', False),
    ],
)
def test_what_a_recovery_that_broke_off_went_back_to_stays(
    database: api.Database,
    status: model.RecoveryStatus,
    device: str,
    stays: bool,
) -> None:
    """With volumes away; until another has given the service its data."""
    kept(database, Status.GOOD)  # the last good one would stay
    point = kept(database, Status.GOOD)
    owner = samples.kept_protection(database)
    _over(database, owner, status, point.id, device)
    assert (point.id in point_guards.in_use(database)) is stays
    if stays:
        with pytest.raises(errors.Conflict, match='drill needs'):
            points.move(database, point, Status.DELETING, now=samples.NOW)
        _over(database, owner, model.RecoveryStatus.DONE)
    assert point_guards.in_use(database) == frozenset()
    points.move(database, point, Status.DELETING, now=samples.NOW)


def test_a_refused_delete_is_written(database: api.Database) -> None:
    kept(database, Status.GOOD)  # the last good one would stay
    point = kept(database, Status.GOOD)
    leaves = points.move(
        database, point, Status.DELETING, reason='quota', now=samples.NOW
    )
    busy = points.move(
        database,
        leaves,
        Status.DELETING,
        reason='busy',
        now=samples.NOW,
        not_before=samples.after(60),
    )
    assert busy == dataclasses.replace(
        leaves, reason='busy', not_before=samples.after(60)
    )
    assert points.get(database, None, point.id) == busy


def test_members_are_written_alone(database: api.Database) -> None:
    first, second = kept(database).members
    point = points.list_page(database, None, limit=1)[0]
    points.record_snapshot(database, first.id, 'snapshot')
    assert points.count_delete(database, [first, second])
    again = dataclasses.replace(second, delete_attempts=1)
    assert points.count_delete(database, [again])
    assert not points.count_delete(database, [again])  # another did
    assert not points.count_delete(database, [])
    assert points.get(database, None, point.id).members == (
        dataclasses.replace(first, snapshot_id='snapshot', delete_attempts=1),
        dataclasses.replace(second, delete_attempts=2),
    )
