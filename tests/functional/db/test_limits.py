"""So many of a thing, and no more, also where many add at once."""

import collections.abc
import concurrent.futures
import dataclasses
import threading
import typing

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import limits
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import record_table
from snapfault.db import selections
from tests.functional.db import samples

POLICIES = model.Limited.POLICIES
PROTECTIONS = model.Limited.PROTECTIONS
PINNED = model.Limited.PINNED
Add = collections.abc.Callable[[api.Database, model.Limits], object]


def _policy(database: api.Database) -> Add:
    return lambda d, bounds: policies.create(d, samples.policy(), bounds)


def _protection(database: api.Database) -> Add:
    under = samples.kept_policy(database).id
    return lambda d, bounds: protections.create(
        d, samples.protection(under), bounds
    )


def _selected(database: api.Database) -> Add:
    under = samples.kept_policy(database, trust_id='trust')
    return lambda d, bounds: selections.enrol(
        d, samples.protection(under.id), under, bounds
    )


def _imported(database: api.Database) -> Add:
    under = samples.kept_policy(database).id

    def add(database: api.Database, bounds: model.Limits) -> None:
        was = record_table.read(database, 'mine')
        new = record_table.Writes(protections=(samples.protection(under),))
        record_table.write(database, 'mine', was, new, bounds)

    return add


def _pin(database: api.Database) -> Add:
    def add(database: api.Database, bounds: model.Limits) -> None:
        made = points.create(
            database,
            samples.point(status=model.PointStatus.GOOD, pinned=False),
        )
        points.set_pinned(database, made, True, bounds)

    return add


WAYS: typing.Final = [
    pytest.param(_policy, POLICIES, id='a policy'),
    pytest.param(_protection, PROTECTIONS, id='a protection'),
    pytest.param(_selected, PROTECTIONS, id='a selected protection'),
    pytest.param(_imported, PROTECTIONS, id='an imported protection'),
    pytest.param(_pin, PINNED, id='a pin'),
]


def _count(database: api.Database, what: model.Limited) -> int:
    with database.reader() as session:
        return limits._count(session, 'mine', what)


@pytest.mark.parametrize(('way', 'what'), WAYS)
def test_the_last_one_is_let_in_once(
    database: api.Database,
    way: collections.abc.Callable[[api.Database], Add],
    what: model.Limited,
) -> None:
    """Of six at once where two may come, two come."""
    add = way(database)
    bound = _count(database, what) + 2
    gate = threading.Barrier(6)

    def run(_number: int) -> str:
        gate.wait()
        while True:
            try:
                add(database, {what: bound})
            except errors.QuotaExceeded as error:
                return str(error)
            except errors.Conflict:  # an import beside an import
                continue
            return ''

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        told = sorted(pool.map(run, range(6)))
    assert told[:2] == ['', '']
    for each in told[2:]:
        assert f'may have {bound} ' in each
        assert f'has {bound}, and 1 more' in each
    assert _count(database, what) == bound


@pytest.mark.parametrize(('way', 'what'), WAYS)
@pytest.mark.parametrize('bound', [-1, None])
def test_without_a_limit_all_come_in(
    database: api.Database,
    way: collections.abc.Callable[[api.Database], Add],
    what: model.Limited,
    bound: int | None,
) -> None:
    add = way(database)
    for _ in range(3):
        add(database, {} if bound is None else {what: bound})
    assert _count(database, what) >= 3


@pytest.mark.parametrize(('way', 'what'), WAYS)
def test_a_limit_of_none_lets_none_in(
    database: api.Database,
    way: collections.abc.Callable[[api.Database], Add],
    what: model.Limited,
) -> None:
    add = way(database)
    there = _count(database, what)
    with pytest.raises(errors.QuotaExceeded, match='may have 0 '):
        add(database, {what: 0})
    assert _count(database, what) == there


def test_what_others_have_does_not_count(database: api.Database) -> None:
    for _ in range(3):
        samples.kept_policy(database, project_id='theirs')
    bounds = {POLICIES: 1}
    policies.create(database, samples.policy(), bounds)
    with pytest.raises(errors.QuotaExceeded, match='has 1, and 1 more'):
        policies.create(database, samples.policy(), bounds)


def test_what_is_not_more_needs_no_room(database: api.Database) -> None:
    """Above a limit that was lowered all can be changed, and be fewer."""
    bounds = dict.fromkeys(model.Limited, 0)
    kept = samples.kept_protection(database)
    made = points.create(
        database, samples.point(status=model.PointStatus.GOOD, pinned=False)
    )
    pinned = points.set_pinned(database, made, True)
    points.set_pinned(database, pinned, True, bounds)
    points.set_pinned(database, pinned, False, bounds)
    was = record_table.read(database, 'mine')
    paused = dataclasses.replace(kept, status=model.ProtectionStatus.PAUSED)
    writes = record_table.Writes(protections=(paused,))
    record_table.write(database, 'mine', was, writes, bounds)
    swap = record_table.Writes(
        protections=(samples.protection(kept.policy_id),),
        gone_protections=(kept.id,),
    )
    was = record_table.read(database, 'mine')
    record_table.write(database, 'mine', was, swap, bounds)
    assert _count(database, PROTECTIONS) == 1
