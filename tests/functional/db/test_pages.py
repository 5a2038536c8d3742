"""Lists by pages, the same for each noun. Invariant 9: by project."""

import collections.abc
import typing

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tasks
from tests.functional.db import samples

Make = collections.abc.Callable[[api.Database, str, float], typing.Any]


def a_policy(database: api.Database, project: str, at: float) -> model.Policy:
    return samples.kept_policy(
        database, project_id=project, created_at=samples.after(at)
    )


def a_protection(
    database: api.Database, project: str, at: float
) -> model.Protection:
    return samples.kept_protection(
        database, project_id=project, created_at=samples.after(at)
    )


def a_task(database: api.Database, project: str, at: float) -> model.Task:
    owner = a_protection(database, project, at)
    return samples.kept_task(database, owner, samples.after(at))


def a_point(
    database: api.Database, project: str, at: float
) -> model.RecoveryPoint:
    return points.create(
        database,
        samples.point(project_id=project, created_at=samples.after(at)),
    )


def a_recovery(
    database: api.Database, project: str, at: float
) -> model.Recovery:
    owner = a_protection(database, project, at)
    return recoveries.create(
        database, samples.recovery(owner, created_at=samples.after(at))
    )


NOUNS = pytest.mark.parametrize(
    ('noun', 'make'),
    [
        (policies, a_policy),
        (protections, a_protection),
        (tasks, a_task),
        (points, a_point),
        (recoveries, a_recovery),
    ],
)


@NOUNS
def test_pages_join_to_the_whole_list(
    database: api.Database, noun: typing.Any, make: Make
) -> None:
    # Several of one moment, so that a page ends in their midst.
    made = [make(database, 'mine', at) for at in (0, 3, 0, 2, 0, 0, -1)]
    theirs = make(database, 'theirs', 1)
    newest_first = sorted(
        made, key=lambda each: (each.created_at, each.id), reverse=True
    )
    assert noun.list_page(database, 'mine', limit=100) == newest_first
    for limit in (1, 2, 3, 7, 8):
        assert samples.joined(database, noun, limit) == newest_first
    of_all = noun.list_page(database, None, limit=100)
    assert len(of_all) == 8
    assert theirs in of_all
    assert noun.list_page(database, 'nobody', limit=100) == []


@NOUNS
def test_an_unknown_marker_is_an_error(
    database: api.Database, noun: typing.Any, make: Make
) -> None:
    theirs = make(database, 'theirs', 0)
    for marker in ('none', theirs.id):
        with pytest.raises(errors.InvalidInput, match='marker'):
            noun.list_page(database, 'mine', limit=1, marker=marker)
    assert noun.list_page(database, None, limit=1, marker=theirs.id) == []


def test_filters(database: api.Database) -> None:
    owner = samples.kept_protection(database)
    task = samples.kept_task(database, owner)
    held = samples.held_task(database)
    recovery = recoveries.create(database, samples.recovery(owner))
    samples.held_recovery(database)
    point = points.create(
        database,
        samples.point(
            protection_id=owner.id,
            business_id=owner.business_id,
            status=model.PointStatus.GOOD,
        ),
    )
    points.create(database, samples.point())
    policy = policies.get(database, None, owner.policy_id)
    cases: list[tuple[typing.Any, dict[str, typing.Any], typing.Any]] = [
        (policies, {'name': policy.name}, policy),
        (protections, {'policy_id': owner.policy_id}, owner),
        (protections, {'business_id': owner.business_id}, owner),
        (tasks, {'protection_id': owner.id}, task),
        (tasks, {'status': model.TaskStatus.RUNNING}, held),
        (tasks, {'status': 'running'}, held),
        (points, {'protection_id': owner.id}, point),
        (points, {'business_id': owner.business_id}, point),
        (points, {'status': model.PointStatus.GOOD}, point),
        (recoveries, {'business_id': owner.business_id}, recovery),
        (recoveries, {'status': model.RecoveryStatus.WAITING}, recovery),
    ]
    for noun, filters, expected in cases:
        found = noun.list_page(database, 'mine', limit=9, **filters)
        assert found == [expected], (noun, filters)
        for name in filters:
            none = noun.list_page(database, 'mine', limit=9, **{name: 'x'})
            assert none == [], (noun, name)
