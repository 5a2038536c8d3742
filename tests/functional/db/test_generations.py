"""Of many who change one row from the same state, one wins."""

import concurrent.futures
import dataclasses

import pytest

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import endings
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from tests.functional.db import samples

MANY = 8


def _won(change) -> list[bool]:
    """Make a change many times at once; says who won."""

    def attempt(number: int) -> bool:
        try:
            change(number)
        except errors.ChangedMeanwhile:
            return False
        return True

    with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(attempt, range(MANY)))


def test_policies(database: api.Database) -> None:
    protection = samples.kept_protection(database)
    policy = policies.get(database, None, protection.policy_id)

    def change(number: int) -> None:
        changed = dataclasses.replace(policy, description=f'by {number}')
        policies.update(database, changed, generation=policy.generation)

    won = _won(change)
    assert won.count(True) == 1
    after = policies.get(database, None, policy.id)
    assert after.description == f'by {won.index(True)}'
    assert after.generation == policy.generation + 1


def test_protections(database: api.Database) -> None:
    protection = samples.kept_protection(database)

    def change(number: int) -> None:
        changed = dataclasses.replace(protection, image_id=f'image-{number}')
        protections.update(database, changed, protection.generation)

    won = _won(change)
    assert won.count(True) == 1
    after = protections.get(database, None, protection.id)
    assert after.image_id == f'image-{won.index(True)}'


def test_a_point_is_pinned_or_deleted(database: api.Database) -> None:
    first, _ = (
        points.create(
            database,
            samples.point(status=model.PointStatus.GOOD, pinned=False),
        )
        for _ in range(2)
    )

    def change(number: int) -> None:
        if number % 2:
            points.set_pinned(
                database, first, True, generation=first.generation
            )
        else:
            points.move(
                database,
                first,
                model.PointStatus.DELETING,
                now=samples.NOW,
                generation=first.generation,
            )

    assert _won(change).count(True) == 1
    after = points.get(database, None, first.id)
    assert after.pinned is (after.status is model.PointStatus.GOOD)


@pytest.mark.parametrize('generation', [0, 2])
def test_what_has_another_generation_stays(
    database: api.Database, generation: int
) -> None:
    protection = samples.kept_protection(database)
    with pytest.raises(errors.ChangedMeanwhile, match='changed meanwhile'):
        endings.end(database, None, protection.id, samples.NOW, generation)
    assert protections.get(database, None, protection.id) == protection
