"""Recoveries are opened one at a time, by however many workers."""

import concurrent.futures
import datetime
import threading

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import openings
from snapfault.db import recoveries
from tests.functional.db import samples

WORKERS = 8
EACH = 4
BUDGET = 5
WINDOW = datetime.timedelta(minutes=5)


def judge(pressure: model.Pressure) -> model.Hold | None:
    """Let so many be open and no more."""
    if pressure.open < BUDGET:
        return None
    return model.Hold(model.HoldCause.BUDGET, f'{pressure.open} are open')


def test_workers_that_open_at_once_keep_the_budget(
    database: api.Database, url: str
) -> None:
    """Each has connections of its own, as a process would."""
    owners = [samples.kept_protection(database) for _ in range(WORKERS * EACH)]
    start = threading.Barrier(WORKERS)

    def work(number: int) -> list[model.Recovery]:
        own = api.Database(url)
        start.wait()
        made = [
            openings.open_one(
                own,
                samples.recovery(owner, automatic=True),
                WINDOW,
                judge,
                samples.NOW,
            )
            for owner in owners[number * EACH : (number + 1) * EACH]
        ]
        own.close()
        return made

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        made = [
            each for some in pool.map(work, range(WORKERS)) for each in some
        ]
    standing = [each.status for each in made]
    assert standing.count(model.RecoveryStatus.WAITING) == BUDGET
    assert standing.count(model.RecoveryStatus.HELD) == len(owners) - BUDGET
    kept = recoveries.list_page(database, None, limit=99)
    assert {each.id: each for each in kept} == {each.id: each for each in made}


def test_a_person_and_a_worker_open_one_of_a_server(
    database: api.Database, url: str
) -> None:
    owner = samples.kept_protection(database)
    start = threading.Barrier(WORKERS)

    def work(number: int) -> bool:
        own = api.Database(url)
        wanted = samples.recovery(owner, automatic=bool(number % 2))
        start.wait()
        try:
            if wanted.automatic:
                openings.open_one(own, wanted, WINDOW, judge, samples.NOW)
            else:
                recoveries.create(own, wanted)
        except errors.Conflict:
            return False
        finally:
            own.close()
        return True

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == 1
    (kept,) = recoveries.list_page(database, None, limit=9)
    assert kept.status is model.RecoveryStatus.WAITING
