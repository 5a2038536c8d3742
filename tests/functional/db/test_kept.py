"""What recoveries keep, by marker and by id."""

import dataclasses
import typing

from snapfault import model
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import kept
from snapfault.db import recoveries
from tests.functional.db import samples
from tests.functional.db import test_statements


def _noted(database: api.Database, *resource_ids: str) -> list[model.Kept]:
    owner = samples.kept_protection(database)
    recovery = recoveries.create(database, samples.recovery(owner))
    rows = tuple(
        samples.kept(recovery, resource_id=each) for each in resource_ids
    )
    journal.keep(database, recovery, rows)
    return kept.of_recoveries(database, [recovery.id])[recovery.id]


def _now(database: api.Database, row: model.Kept) -> dict[str, str]:
    rows = kept.of_recoveries(database, [row.recovery_id])[row.recovery_id]
    return {each.resource_id: str(each.status) for each in rows}


def test_what_was_noted_by_its_marker_gets_its_id(
    database: api.Database,
) -> None:
    (row,) = _noted(database, 'recovery/restored/member')
    kept.name(database, row, 'volume-1')
    assert _now(database, row) == {'volume-1': 'kept'}


def test_a_name_that_is_written_twice_stays(database: api.Database) -> None:
    """Two workers may read the marker before either writes the id."""
    (row,) = _noted(database, 'recovery/restored/member')
    kept.name(database, row, 'volume-1')
    kept.name(database, row, 'volume-1')
    assert _now(database, row) == {'volume-1': 'kept'}


def test_what_is_noted_by_its_id_as_well_is_kept_once(
    database: api.Database,
) -> None:
    first, second = _noted(database, 'recovery/restored/member', 'volume-1')
    by_marker = first if '/' in first.resource_id else second
    kept.name(database, by_marker, 'volume-1')
    assert _now(database, by_marker) == {
        'volume-1': 'kept',
        'recovery/restored/member': 'gone',
    }


def _removing(
    database: api.Database, project_id: str, **changes: typing.Any
) -> model.Kept:
    """Note what is being removed of a project, and gone if it can be."""
    owner = samples.kept_protection(database, project_id=project_id)
    recovery = recoveries.create(database, samples.recovery(owner))
    values = {'status': model.KeptStatus.REMOVING} | changes
    row = samples.kept(recovery, **values)
    journal.keep(database, recovery, (row,))
    return row


def test_all_that_is_due_of_a_project_is_put_off(
    database: api.Database,
) -> None:
    now, later = samples.after(70), samples.after(90)
    due = [_removing(database, 'mine') for _ in range(3)]
    others = [
        _removing(database, 'mine', not_before=samples.after(95)),
        _removing(database, 'mine', keep_until=samples.after(80)),
        _removing(database, 'mine', status=model.KeptStatus.REMOVED),
        _removing(database, 'theirs'),
    ]
    with test_statements.counted(database) as statements:
        kept.put_off(database, 'mine', 'no token', now, later)
    assert len(statements) == 1, statements
    found = kept.of_recoveries(
        database, [each.recovery_id for each in (*due, *others)]
    )
    assert [found[each.recovery_id] for each in due] == [
        [dataclasses.replace(each, reason='no token', not_before=later)]
        for each in due
    ]
    assert [found[each.recovery_id] for each in others] == [
        [each] for each in others
    ]


def test_what_waited_longest_for_a_look_is_due_first(
    database: api.Database,
) -> None:
    looked_at = _removing(database, 'mine', not_before=samples.after(65))
    new = _removing(database, 'mine', keep_until=samples.after(63))
    old = _removing(database, 'mine', keep_until=samples.after(50))
    _removing(database, 'mine', not_before=samples.after(75))
    found = kept.due(database, samples.after(70), 9)
    assert found == [old, new, looked_at]
    assert kept.due(database, samples.after(70), 1) == [old]
