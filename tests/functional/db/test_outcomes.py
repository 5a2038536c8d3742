"""What recoveries that are done have left, as the next ones read it."""

import typing

import pytest

from snapfault import model
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import outcomes
from snapfault.db import points
from snapfault.db import recoveries
from tests.functional.db import samples
from tests.functional.db import test_broken_rows

Status = model.RecoveryStatus
Way = model.Way


def ended(
    database: api.Database,
    owner: model.Protection,
    *ways: tuple[Way, model.AttemptStatus],
    status: Status = Status.DONE,
    **changes: typing.Any,
) -> model.Recovery:
    """Give one that is over, after an attempt from a point a way."""
    asked = recoveries.create(database, samples.recovery(owner, **changes))
    held = recoveries.claim(
        database, asked, 'w', samples.NOW, samples.after(60)
    )
    assert held is not None
    for number, (way, end) in enumerate(ways):
        good = samples.point(status=model.PointStatus.GOOD)
        made = points.create(database, good)
        begun = samples.attempt(number, way=way, point_id=made.id, status=end)
        held = journal.begin_attempt(database, held, begun, ())
    return recoveries.finish(database, held, status, '', samples.after(9))


def of(database: api.Database, owner: model.Protection) -> list[str]:
    key = (owner.project_id, owner.business_id)
    found = outcomes.of_services(database, [key])[key]
    return [each.recovery_id for each in found]


WORKED, BROKE = model.AttemptStatus.DONE, model.AttemptStatus.FAILED


def test_what_counts_of_one(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    made = ended(
        database,
        owner,
        (Way.FULL, BROKE),
        (Way.DATA, WORKED),
        before_at=samples.after(-9),
    )
    key = (owner.project_id, owner.business_id)
    assert outcomes.of_services(database, [key]) == {
        key: (
            model.Outcome(
                made.id,
                model.RecoveryKind.RESTORE,
                None,
                made.onset_at,
                samples.after(-9),
                samples.after(9),
                made.attempts[1].point_id,
            ),
        )
    }


@pytest.mark.parametrize(
    ('way', 'end', 'status', 'counts'),
    [
        (Way.FULL, WORKED, Status.DONE, True),
        (Way.DATA, WORKED, Status.DONE, True),
        (Way.SERVER, WORKED, Status.DONE, False),
        (Way.REBOOT, WORKED, Status.DONE, False),
        (Way.FULL, BROKE, Status.DONE, False),
        (Way.FULL, WORKED, Status.FAILED, False),
        (Way.FULL, BROKE, Status.ABORTED, False),
    ],
)
def test_only_what_put_data_into_service_counts(
    database: api.Database,
    way: Way,
    end: model.AttemptStatus,
    status: Status,
    counts: bool,
) -> None:
    owner = samples.kept_protection(database)
    made = ended(database, owner, (way, end), status=status)
    assert of(database, owner) == ([made.id] if counts else [])


def test_undos_count_and_the_newest_comes_first(
    database: api.Database,
) -> None:
    owner = samples.kept_protection(database)
    first = ended(database, owner, (Way.FULL, WORKED))
    undo = ended(
        database,
        owner,
        (Way.PUT_BACK, WORKED),
        kind=model.RecoveryKind.UNDO,
        origin_id=first.id,
        created_at=samples.after(20),
    )
    between = ended(
        database, owner, (Way.DATA, WORKED), created_at=samples.after(10)
    )
    assert of(database, owner) == [undo.id, between.id, first.id]


def test_those_of_another_service_are_its_own(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    other = samples.kept_protection(database)
    made = ended(database, owner, (Way.FULL, WORKED))
    assert of(database, other) == []
    assert of(database, owner) == [made.id]


def test_a_broken_row_is_named_and_hides_no_other(
    database: api.Database, caplog: pytest.LogCaptureFixture
) -> None:
    owner = samples.kept_protection(database)
    sound, broken = (
        ended(database, owner, (Way.FULL, WORKED)) for _ in range(2)
    )
    test_broken_rows.break_row(
        database, 'recoveries', broken.id, 'kind', 'mislaid'
    )
    assert of(database, owner) == [sound.id]
    assert broken.id in caplog.text
