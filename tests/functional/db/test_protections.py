"""Protections in the database."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import endings
from snapfault.db import protections
from tests.functional.db import samples


def test_a_protection_comes_back_as_it_was(database: api.Database) -> None:
    under = samples.kept_policy(database).id
    for changes in ({}, {'next_run_at': None}):
        made = samples.protection(under, **changes)
        assert protections.create(database, made) == made
        assert protections.get(database, 'mine', made.id) == made
        with pytest.raises(errors.NotFound):
            protections.get(database, 'theirs', made.id)


def test_a_business_id_is_taken_once_in_a_project(
    database: api.Database,
) -> None:
    first = samples.kept_protection(database, business_id='shop')
    samples.kept_protection(database, business_id='shop', project_id='theirs')
    with pytest.raises(errors.Conflict, match='protected already'):
        samples.kept_protection(database, business_id='shop')
    endings.end(database, None, first.id, samples.NOW)
    samples.kept_protection(database, business_id='shop')


def test_a_protection_needs_its_policy(database: api.Database) -> None:
    made = samples.kept_protection(database)
    with pytest.raises(errors.NotFound, match='policy none'):
        protections.create(database, samples.protection('none'))
    with pytest.raises(errors.NotFound, match='policy none'):
        protections.update(
            database, dataclasses.replace(made, policy_id='none')
        )
    with pytest.raises(errors.NotFound, match='protection'):
        protections.update(database, samples.protection(made.policy_id))


def test_update_writes_what_may_change(database: api.Database) -> None:
    made = samples.kept_protection(database)
    changed = dataclasses.replace(
        made,
        policy_id=samples.kept_policy(database).id,
        next_run_at=samples.after(3),
        image_id='other image',
        right_id='other trust',
        updated_at=samples.after(1),
    )
    asked = dataclasses.replace(changed, server_id='no', business_id='no')
    written = dataclasses.replace(changed, generation=made.generation + 1)
    assert protections.update(database, asked) == written


def test_by_ids(database: api.Database) -> None:
    made = samples.kept_protection(database)
    assert protections.by_ids(database, [made.id, 'none']) == {made.id: made}


def test_due_lists_the_longest_overdue_first(database: api.Database) -> None:
    under = samples.kept_policy(database).id
    late, later, latest = (
        samples.kept_protection(
            database, policy_id=under, next_run_at=samples.after(at)
        )
        for at in (-1, -2, 0)
    )
    for at in (samples.after(0.001), None):
        samples.kept_protection(database, policy_id=under, next_run_at=at)
    found = protections.due(database, samples.NOW, 9)
    assert found == [later, late, latest]
    assert protections.due(database, samples.NOW, 2) == found[:2]
    assert protections.due(database, samples.NOW, 2, found[1]) == [latest]
    assert protections.due(database, samples.NOW, 0) == []


def test_due_goes_on_among_runs_of_one_time(database: api.Database) -> None:
    under = samples.kept_policy(database).id
    made = {
        samples.kept_protection(database, policy_id=under).id for _ in range(7)
    }
    seen: list[model.Protection] = []
    while page := protections.due(
        database, samples.NOW, 3, seen[-1] if seen else None
    ):
        seen += page
    assert len(seen) == 7
    assert {each.id for each in seen} == made


def test_an_alarm_is_news_once(database: api.Database) -> None:
    made = samples.kept_protection(database)
    rings = [
        ('', samples.after(1), False, '', None),
        ('quota', samples.after(2), True, 'quota', samples.after(2)),
        ('quota', samples.after(3), False, 'quota', samples.after(2)),
        ('trust', samples.after(4), True, 'trust', samples.after(4)),
        ('', samples.after(5), True, '', None),
    ]
    for text, now, is_news, alarm, alarm_at in rings:
        assert protections.set_alarm(database, made.id, text, now) is is_news
        found = protections.get(database, None, made.id)
        assert (found.alarm, found.alarm_at) == (alarm, alarm_at)
    assert protections.set_alarm(database, 'none', 'x', samples.NOW) is False
