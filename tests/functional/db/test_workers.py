"""Workers: their signs of life, and what they hold."""

import dataclasses

import pytest

from snapfault import model
from snapfault.db import api
from snapfault.db import workers
from tests.functional.db import samples
from tests.functional.db import test_statements

UP = model.WorkerStatus.UP
DOWN = model.WorkerStatus.DOWN
STOPPED = model.WorkerStatus.STOPPED


def worker(name: str = 'w') -> model.Worker:
    return model.Worker(
        id=name,
        host='hôst',
        pid=7,
        version='1.0',
        lease=60,
        started_at=samples.NOW,
        seen_at=samples.NOW,
        stopped_at=None,
    )


def test_the_first_sign_of_life_makes_the_row(database: api.Database) -> None:
    workers.note(database, worker(), samples.NOW)
    assert workers.all_of_them(database) == [worker()]
    workers.note(database, worker(), samples.after(15))
    (found,) = workers.all_of_them(database)
    assert found == dataclasses.replace(worker(), seen_at=samples.after(15))


def test_a_sign_of_life_is_one_statement(database: api.Database) -> None:
    workers.note(database, worker(), samples.NOW)
    with test_statements.counted(database) as statements:
        workers.note(database, worker(), samples.NOW)
    assert len(statements) == 1, statements


@pytest.mark.parametrize(
    ('seconds', 'status'), [(0, UP), (60, UP), (60.001, DOWN), (9999, DOWN)]
)
def test_one_that_says_nothing_is_down(
    database: api.Database, seconds: float, status: model.WorkerStatus
) -> None:
    workers.note(database, worker(), samples.NOW)
    (found,) = workers.all_of_them(database)
    assert found.status(samples.after(seconds)) is status


def test_one_that_has_said_goodbye_is_stopped_until_it_lives_again(
    database: api.Database,
) -> None:
    workers.note(database, worker(), samples.NOW)
    workers.leave(database, 'w', samples.after(9))
    (found,) = workers.all_of_them(database)
    assert found.status(samples.after(9999)) is STOPPED
    assert found.stopped_at == samples.after(9)
    workers.note(database, worker(), samples.after(10))
    (found,) = workers.all_of_them(database)
    assert found.status(samples.after(10)) is UP
    workers.leave(database, 'nobody', samples.NOW)


def test_those_silent_for_long_are_forgotten(database: api.Database) -> None:
    for number in range(3):
        workers.note(database, worker(f'w{number}'), samples.after(number))
    workers.forget(database, samples.after(1))
    found = workers.all_of_them(database)
    assert [each.id for each in found] == ['w1', 'w2']


@pytest.mark.parametrize('count', [0, 1, 3])
def test_what_each_holds_takes_three_statements(
    database: api.Database, count: int
) -> None:
    for number in range(count):
        for name in ('a', 'b'):
            samples.held_task(database, name, seconds=number)
        samples.held_recovery(database, 'a')
        samples.held_drill(database, 'b')
        samples.kept_task(database)
    with test_statements.counted(database) as statements:
        found = workers.holdings(database)
    assert len(statements) == 3, statements
    wanted = {
        'a': model.Holdings(count, count, 0),
        'b': model.Holdings(count, 0, count),
    }
    assert found == (wanted if count else {})
    assert sum(each.all for each in found.values()) == 4 * count
