"""Policies that are shared: who may use them, also where two are quick."""

import collections.abc
import concurrent.futures
import dataclasses
import threading

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import record_table
from tests.functional.db import samples

THEIRS = 'theirs'


def _shared(database: api.Database, *projects: str) -> model.Policy:
    return samples.kept_policy(database, shared_with=projects)


def _use(database: api.Database, policy: model.Policy) -> model.Protection:
    return samples.kept_protection(
        database, policy_id=policy.id, project_id=THEIRS
    )


@pytest.mark.parametrize(
    ('shared_with', 'sees'),
    [
        ((), False),
        (('others',), False),
        (('others', THEIRS), True),
        ((model.ALL_PROJECTS,), True),
    ],
)
def test_who_may_use_it(
    database: api.Database, shared_with: tuple[str, ...], sees: bool
) -> None:
    made = _shared(database, *shared_with)
    for project_id in (made.project_id, None):
        assert policies.get(database, project_id, made.id) == made
    listed = policies.list_page(database, THEIRS, limit=9)
    assert listed == ([made] if sees else [])
    if sees:
        assert policies.get(database, THEIRS, made.id) == made
        assert _use(database, made).policy_id == made.id
        assert set(record_table.read(database, THEIRS).published) == {made.id}
        return
    with pytest.raises(errors.NotFound, match=f'no policy {made.id}'):
        policies.get(database, THEIRS, made.id)
    with pytest.raises(errors.NotFound, match=f'no policy {made.id}'):
        _use(database, made)
    assert record_table.read(database, THEIRS).published == {}


def test_a_protection_moves_only_where_it_may(database: api.Database) -> None:
    hidden, mine = _shared(database), _shared(database, THEIRS)
    used = _use(database, mine)
    with pytest.raises(errors.NotFound):
        protections.update(
            database, dataclasses.replace(used, policy_id=hidden.id)
        )
    assert protections.get(database, None, used.id).policy_id == mine.id


def test_nobody_but_its_owner_changes_it(database: api.Database) -> None:
    made = _shared(database, model.ALL_PROJECTS)
    with pytest.raises(errors.NotFound):
        policies.update(database, dataclasses.replace(made, project_id=THEIRS))
    with pytest.raises(errors.NotFound):
        policies.delete(database, THEIRS, made.id)
    assert policies.get(database, None, made.id) == made


def test_it_is_not_taken_from_who_uses_it(database: api.Database) -> None:
    made = _shared(database, 'more', THEIRS)
    _use(database, made)
    _use(database, made)
    samples.kept_protection(database, policy_id=made.id, project_id='more')
    for left, said in (
        ((), '3 protections of 2 other projects'),
        (('more',), '2 protections of 1 other projects'),
    ):
        with pytest.raises(errors.Conflict, match=said):
            policies.update(
                database, dataclasses.replace(made, shared_with=left)
            )
    with pytest.raises(errors.Conflict, match='3 protections of 2 other'):
        policies.delete(database, None, made.id)
    assert policies.get(database, None, made.id) == made
    for wider in (('even', 'more', THEIRS), (model.ALL_PROJECTS,)):
        made = policies.update(
            database, dataclasses.replace(made, shared_with=wider)
        )
        assert made.shared_with == wider
        assert policies.get(database, 'even', made.id) == made


def test_a_shared_policy_that_nobody_uses_goes(database: api.Database) -> None:
    made = _shared(database, 'more', THEIRS)
    policies.delete(database, None, made.id)
    with pytest.raises(errors.NotFound):
        policies.get(database, THEIRS, made.id)


def _at_once(*calls: collections.abc.Callable[[], object]) -> list[bool]:
    """Call all at the same moment; say which were not refused."""
    gate = threading.Barrier(len(calls))

    def run(call: collections.abc.Callable[[], object]) -> bool:
        gate.wait()
        try:
            call()
        except (errors.Conflict, errors.NotFound):
            return False
        return True

    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize('takes', ['unshare', 'delete', 'import'])
def test_it_is_used_or_taken_back_but_never_both(
    database: api.Database, takes: str
) -> None:
    """Whoever comes first; the other is refused."""
    for _ in range(6):
        made = _shared(database, THEIRS)
        was = record_table.read(database, made.project_id)

        def take(
            made: model.Policy = made, was: record_table.Rows = was
        ) -> None:
            if takes == 'unshare':
                alone = dataclasses.replace(made, shared_with=())
                policies.update(database, alone)
            elif takes == 'delete':
                policies.delete(database, made.project_id, made.id)
            else:
                gone = record_table.Writes(gone_policies=(made.id,))
                record_table.write(database, made.project_id, was, gone)

        def use(made: model.Policy = made) -> None:
            _use(database, made)

        used, taken = _at_once(use, take)
        assert used is not taken
        under = protections.list_page(
            database, THEIRS, limit=9, policy_id=made.id
        )
        assert len(under) == used
        seen = policies.list_page(database, THEIRS, limit=99)
        assert (made.id in {each.id for each in seen}) is used
