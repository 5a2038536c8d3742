"""A point is read from or removed, whoever of two is quicker. Invariant 7."""

import collections.abc
import concurrent.futures
import contextlib
import typing

import pytest
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import drill_journal
from snapfault.db import drills
from snapfault.db import journal
from snapfault.db import points
from snapfault.db import recoveries
from tests.functional.db import samples

#: Seconds that who is late has, to be stopped or to do what it must not.
LATE: typing.Final = 0.5
Write = collections.abc.Callable[[api.Database], object]
Made = tuple[Write, collections.abc.Callable[[], bool]]


class Interrupted:
    """A database in whose transaction something is tried before it ends."""

    def __init__(
        self,
        database: api.Database,
        meanwhile: collections.abc.Callable[[], object],
    ) -> None:
        self._database = database
        self._meanwhile = meanwhile

    @contextlib.contextmanager
    def writer(self) -> collections.abc.Iterator[orm.Session]:
        with self._database.writer() as session:
            yield session
            session.flush()
            self._meanwhile()


def one_after_the_other(
    database: api.Database, first: Write, second: Write
) -> None:
    """Have the second begin before the first has committed."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        late: list[concurrent.futures.Future[object]] = []

        def meanwhile() -> None:
            late.append(pool.submit(second, database))
            concurrent.futures.wait(late, LATE)

        first(typing.cast('api.Database', Interrupted(database, meanwhile)))
        for each in late:
            with contextlib.suppress(errors.Conflict, errors.ChangedMeanwhile):
                each.result()


def recovered(database: api.Database, point: model.RecoveryPoint) -> Made:
    """Have a recovery read from it, which had planned to."""
    held = samples.held_recovery(database)
    attempt = samples.attempt(point_id=point.id)

    def begun() -> bool:
        return bool(recoveries.get(database, None, held.id).attempts)

    return lambda on: journal.begin_attempt(on, held, attempt, ()), begun


def rehearsed(database: api.Database, point: model.RecoveryPoint) -> Made:
    """Have a drill read from it."""
    held = samples.held_drill(database)

    def begun() -> bool:
        return drills.get(database, None, held.id).point_id == point.id

    return lambda on: drill_journal.begin(on, held, point.id, ()), begun


def removed(database: api.Database, point: model.RecoveryPoint) -> Made:
    """Have it sent off, which a person or a quota wants."""
    status = model.PointStatus.DELETING

    def gone() -> bool:
        return points.get(database, None, point.id).status is status

    return lambda on: points.move(on, point, status, now=samples.NOW), gone


@pytest.mark.parametrize('use', [recovered, rehearsed])
@pytest.mark.parametrize('removal_first', [False, True])
def test_no_point_is_read_from_that_goes(
    database: api.Database,
    use: collections.abc.Callable[[api.Database, model.RecoveryPoint], Made],
    removal_first: bool,
) -> None:
    good = {'status': model.PointStatus.GOOD, 'pinned': False}
    points.create(database, samples.point(**good))  # the last would stay
    point = points.create(database, samples.point(**good))
    read, is_read = use(database, point)
    remove, is_gone = removed(database, point)
    both = (remove, read) if removal_first else (read, remove)
    one_after_the_other(database, *both)
    assert (is_read(), is_gone()) == (not removal_first, removal_first)
