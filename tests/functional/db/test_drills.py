"""Drills in the database: one holder, bounds, and what they say of points."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import drill_claims
from snapfault.db import drill_dues
from snapfault.db import drill_journal
from snapfault.db import drills
from snapfault.db import point_guards
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.trigger import drills as plan
from tests.functional.db import samples

Status = model.DrillStatus
NOW = samples.NOW
UNTIL = samples.after(60)


def ended(database: api.Database, drill: model.Drill) -> model.Drill:
    told = drill_journal.conclude(
        database, drill, Status.REFUSED, 'no', None, NOW
    )
    return drill_journal.finish(database, told, NOW)


def test_a_drill_comes_back_as_it_was(database: api.Database) -> None:
    made = samples.kept_drill(database)
    assert drills.get(database, 'mine', made.id) == made
    with pytest.raises(errors.NotFound):
        drills.get(database, 'theirs', made.id)


def test_a_protection_has_one_open_drill(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    made = drills.create(database, samples.drill(owner))
    with pytest.raises(errors.Conflict, match='is open already'):
        drills.create(database, samples.drill(owner))
    held = drill_claims.claim(database, made, 'w', NOW, UNTIL, samples.ROOMY)
    assert held is not None
    ended(database, held)
    drills.create(database, samples.drill(owner))


def test_claim_is_won_once(database: api.Database) -> None:
    made = samples.kept_drill(database)
    held = drill_claims.claim(database, made, 'a', NOW, UNTIL, samples.ROOMY)
    assert held == dataclasses.replace(
        made,
        status=Status.RUNNING,
        generation=1,
        claimed_by='a',
        lease_until=UNTIL,
        started_at=NOW,
    )
    for read in (made, held):
        again = drill_claims.claim(
            database, read, 'b', NOW, UNTIL, samples.ROOMY
        )
        assert again is None
    drill_claims.renew(database, [made.id], 'b', samples.after(80))
    assert drills.get(database, None, made.id) == held
    drill_claims.renew(database, [made.id], 'a', samples.after(90))
    assert drills.get(database, None, made.id).lease_until == samples.after(90)


def test_what_was_left_behind_is_taken_over(database: api.Database) -> None:
    held = samples.held_drill(database, seconds=-1)
    left = drill_claims.claimable(database, NOW, 9, samples.ROOMY)
    assert left == [held]
    mine = drill_claims.claim(database, held, 'b', NOW, UNTIL, samples.ROOMY)
    assert mine is not None
    assert mine.started_at == held.started_at
    with pytest.raises(errors.LeaseLost):
        drill_journal.go_on(database, held, (samples.step(0),))
    with pytest.raises(errors.LeaseLost):
        ended(database, held)


def test_what_is_let_go_waits_its_time(database: api.Database) -> None:
    held = samples.held_drill(database)
    drill_claims.let_go(database, held, samples.after(30))
    claimable = drill_claims.claimable
    assert claimable(database, samples.after(29), 9, samples.ROOMY) == []
    (left,) = claimable(database, samples.after(31), 9, samples.ROOMY)
    assert (left.status, left.claimed_by) == (Status.RUNNING, None)


def test_no_more_than_the_bounds_allow(database: api.Database) -> None:
    bounds = drill_claims.Bounds(overall=2, project=1)
    first = samples.kept_drill(database)
    second = samples.kept_drill(database)
    theirs = [
        samples.kept_drill(database, project_id=each) for each in ('b', 'c')
    ]
    found = drill_claims.claimable(database, NOW, 9, bounds)
    assert found == [first, second, *theirs]

    def claim(drill: model.Drill) -> model.Drill | None:
        return drill_claims.claim(database, drill, 'w', NOW, UNTIL, bounds)

    held = claim(first)
    assert held is not None
    assert claim(second) is None  # the project's one is under way
    assert drill_claims.claimable(database, NOW, 9, bounds) == theirs
    assert claim(theirs[0]) is not None
    assert claim(theirs[1]) is None  # two are under way
    assert drill_claims.claimable(database, NOW, 9, bounds) == []
    ended(database, held)
    assert claim(second) is not None


def test_what_was_left_behind_needs_no_room(database: api.Database) -> None:
    none = drill_claims.Bounds(overall=0, project=0)
    held = samples.held_drill(database, seconds=-1)
    assert drill_claims.claimable(database, NOW, 9, none) == [held]
    assert drill_claims.claim(database, held, 'b', NOW, UNTIL, none)


def test_none_begins_beside_an_open_recovery(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    made = drills.create(database, samples.drill(owner))
    recovery = recoveries.create(database, samples.recovery(owner))
    claimable = drill_claims.claimable
    assert claimable(database, NOW, 9, samples.ROOMY) == []
    recoveries.finish(
        database, recovery, model.RecoveryStatus.REFUSED, 'no', NOW
    )
    assert claimable(database, NOW, 9, samples.ROOMY) == [made]


def good_point(
    database: api.Database, owner: model.Drill, **changes: object
) -> model.RecoveryPoint:
    return points.create(
        database,
        samples.point(
            status=model.PointStatus.GOOD,
            business_id=owner.business_id,
            pinned=False,
            **changes,
        ),
    )


def test_what_is_rehearsed_stays(database: api.Database) -> None:
    held = samples.held_drill(database)
    point = good_point(database, held)
    good_point(database, held)  # so that it is not the last good one
    begun = drill_journal.begin(database, held, point.id, (samples.step(0),))
    assert point_guards.in_use(database) == {point.id}
    with pytest.raises(errors.Conflict, match='drill needs'):
        points.move(database, point, model.PointStatus.DELETING, now=NOW)
    ended(database, begun)
    assert point_guards.in_use(database) == frozenset()
    points.move(database, point, model.PointStatus.DELETING, now=NOW)


def test_nothing_is_rehearsed_that_is_going(database: api.Database) -> None:
    held = samples.held_drill(database)
    point = good_point(database, held)
    good_point(database, held)
    points.move(database, point, model.PointStatus.DELETING, now=NOW)
    with pytest.raises(errors.Conflict, match='is deleting'):
        drill_journal.begin(database, held, point.id, ())
    assert drills.get(database, None, held.id).point_id is None


@pytest.mark.parametrize(
    ('outcome', 'took', 'proof', 'rto'),
    [
        (Status.DONE, 12.5, model.Proof.PROVEN, 12.5),
        (Status.DONE, None, model.Proof.PROVEN, 99.0),
        (Status.FAILED, None, model.Proof.DISPROVEN, 99.0),
        (Status.REFUSED, None, model.Proof.NONE, 99.0),
    ],
)
def test_what_a_drill_says_of_its_point(
    database: api.Database,
    outcome: model.DrillStatus,
    took: float | None,
    proof: model.Proof,
    rto: float,
) -> None:
    held = samples.held_drill(database)
    point = good_point(database, held, rto=99.0)
    drill_journal.begin(database, held, point.id, ())
    told = drill_journal.conclude(database, held, outcome, 'so', took, NOW)
    assert (told.status, told.outcome) == (Status.RUNNING, outcome)
    found = points.get(database, None, point.id)
    assert (found.proof, found.rto) == (proof, rto)
    assert (found.proof_at is None) == (proof is model.Proof.NONE)
    over = drill_journal.finish(database, told, samples.after(9))
    assert over == drills.get(database, None, held.id)
    assert (over.status, over.took, over.reason) == (outcome, took, 'so')


def test_invariant_1_a_disproven_point_stands_in_for_none(
    database: api.Database,
) -> None:
    held = samples.held_drill(database)
    disproven = model.Proof.DISPROVEN
    sound = good_point(database, held)
    spoilt = good_point(database, held, proof=disproven)
    deleting = model.PointStatus.DELETING
    with pytest.raises(errors.Conflict, match='last good one'):
        points.move(database, sound, deleting, now=NOW)
    points.move(database, spoilt, deleting, now=NOW)


def test_invariant_1_the_last_one_stays_though_disproven(
    database: api.Database,
) -> None:
    held = samples.held_drill(database)
    only = good_point(database, held, proof=model.Proof.DISPROVEN)
    with pytest.raises(errors.Conflict, match='last good one'):
        points.move(database, only, model.PointStatus.DELETING, now=NOW)


def due(owner: model.Protection, cause: str = 'due') -> plan.Due:
    assert owner.next_drill_at is not None
    return plan.Due(owner.id, owner.next_drill_at, UNTIL, cause)


def test_a_due_drill_is_made_once(database: api.Database) -> None:
    owner = samples.kept_protection(database, next_drill_at=NOW)
    assert drill_dues.due(database, NOW, 9) == [owner]
    (made,) = drill_dues.schedule(database, [due(owner)], NOW)
    assert drill_dues.schedule(database, [due(owner)], NOW) == []
    assert drills.list_page(database, None, limit=9) == [made]
    moved = protections.get(database, None, owner.id)
    assert moved.next_drill_at == UNTIL
    assert drill_dues.due(database, NOW, 9) == []


def test_no_drill_beside_an_open_one_or_without_a_cause(
    database: api.Database,
) -> None:
    busy = samples.kept_protection(database, next_drill_at=NOW)
    drills.create(database, samples.drill(busy))
    idle = samples.kept_protection(database, next_drill_at=NOW)
    dues = [due(busy), due(idle, cause='')]
    assert drill_dues.schedule(database, dues, NOW) == []
    assert drill_dues.due(database, NOW, 9) == []


def test_nothing_is_due_of_what_is_paused(database: api.Database) -> None:
    samples.kept_protection(
        database,
        next_drill_at=NOW,
        status=model.ProtectionStatus.PAUSED,
    )
    assert drill_dues.due(database, NOW, 9) == []


def test_what_cannot_be_removed_keeps_none_of_another_project_waiting(
    database: api.Database,
) -> None:
    """Its project may be out of reach for ever, and still has it."""
    bounds = drill_claims.Bounds(overall=1, project=1)
    held = samples.held_drill(database)
    mine = samples.kept_drill(database)
    theirs = samples.kept_drill(database, project_id='theirs')
    assert drill_claims.claimable(database, NOW, 9, bounds) == []
    told = drill_journal.conclude(
        database, held, Status.REFUSED, 'no', None, NOW
    )
    assert drill_claims.claimable(database, NOW, 9, bounds) == []
    drill_claims.let_go(database, told, UNTIL)
    assert drill_claims.claimable(database, NOW, 9, bounds) == [theirs]

    def claim(drill: model.Drill) -> model.Drill | None:
        return drill_claims.claim(database, drill, 'w', NOW, UNTIL, bounds)

    assert claim(mine) is None
    assert claim(theirs) is not None
    another = samples.kept_drill(database, project_id='a third')
    assert claim(another) is None  # that one counts


def test_what_is_let_go_before_its_outcome_counts(
    database: api.Database,
) -> None:
    """Its worker stopped; another takes it up at once."""
    bounds = drill_claims.Bounds(overall=1, project=1)
    drill_claims.let_go(database, samples.held_drill(database), UNTIL)
    samples.kept_drill(database, project_id='theirs')
    assert drill_claims.claimable(database, NOW, 9, bounds) == []
