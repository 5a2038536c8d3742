"""Policies in the database."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import rules
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from tests.functional.db import samples


@pytest.mark.parametrize(
    'changes',
    [
        {},
        {'schedules': (rules.Schedule(interval=60),), 'rpo': None},
        {'thresholds': (), 'multipliers': {}, 'description': ''},
        {'posture': rules.Posture.RISK, 'recovery': rules.RecoveryRules()},
        {'trust_id': 'trust', **samples.EVERY_RULE},
    ],
)
def test_a_policy_comes_back_as_it_was(
    database: api.Database, changes: dict[str, object]
) -> None:
    made = samples.policy(**changes)
    assert policies.create(database, made) == made
    assert policies.get(database, 'mine', made.id) == made
    assert policies.get(database, None, made.id) == made


def test_another_project_has_no_such_policy(database: api.Database) -> None:
    made = samples.kept_policy(database)
    with pytest.raises(errors.NotFound):
        policies.get(database, 'theirs', made.id)


def test_a_name_is_taken_once_in_a_project(database: api.Database) -> None:
    samples.kept_policy(database, name='gold')
    samples.kept_policy(database, name='Gold')
    samples.kept_policy(database, name='gold', project_id='theirs')
    with pytest.raises(errors.Conflict, match='already'):
        samples.kept_policy(database, name='gold')


def test_by_ids_leaves_out_what_is_not_there(database: api.Database) -> None:
    made = [samples.kept_policy(database) for _ in range(3)]
    ids = [each.id for each in made]
    assert policies.by_ids(database, [*ids, 'none']) == {
        each.id: each for each in made
    }
    assert policies.by_ids(database, []) == {}


def test_update_writes_all_but_the_origin(database: api.Database) -> None:
    made = samples.kept_policy(database)
    changed = samples.policy(
        id=made.id,
        schedules=(rules.Schedule(interval=5),),
        quota=rules.Quota(9),
        updated_at=samples.after(1),
    )
    written = dataclasses.replace(changed, generation=made.generation + 1)
    assert policies.update(database, changed) == written
    assert policies.get(database, None, made.id) == written


@pytest.mark.parametrize('at', [None, samples.after(9)])
def test_update_moves_its_protections(
    database: api.Database, at: object
) -> None:
    mine = samples.kept_protection(database)
    other = samples.kept_protection(database)
    policy = policies.get(database, None, mine.policy_id)
    policies.update(database, policy)
    assert protections.get(database, None, mine.id) == mine
    policies.update(database, policy, at)  # type: ignore[arg-type]
    moved = protections.get(database, None, mine.id)
    assert moved == dataclasses.replace(mine, next_run_at=at)
    assert protections.get(database, None, other.id) == other


def test_update_refuses(database: api.Database) -> None:
    made = samples.kept_policy(database)
    taken = samples.kept_policy(database)
    with pytest.raises(errors.Conflict):
        policies.update(database, dataclasses.replace(made, name=taken.name))
    with pytest.raises(errors.NotFound):
        policies.update(database, samples.policy())
    assert policies.get(database, None, made.id) == made


def test_delete(database: api.Database) -> None:
    used = samples.kept_protection(database).policy_id
    with pytest.raises(errors.Conflict, match='are under policy'):
        policies.delete(database, None, used)
    unused = samples.kept_policy(database).id
    policies.delete(database, None, unused)
    with pytest.raises(errors.NotFound):
        policies.delete(database, None, unused)
