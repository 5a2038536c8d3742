"""What recoveries keep, by marker and by id."""

from snapfault import model
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import kept
from snapfault.db import recoveries
from tests.functional.db import samples


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
