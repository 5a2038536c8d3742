"""A trust that several rows share ends with the last of them."""

import concurrent.futures
import dataclasses
import threading

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rights
from snapfault import rules
from snapfault.db import api
from snapfault.db import delegations
from snapfault.db import endings
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import selections
from tests import build

SELECTOR = rules.Selector(tags=('web',))
ROUNDS = 20


def test_which_rows_act_by_a_trust(database):
    policy = policies.create(
        database, build.policy(selector=SELECTOR, trust_id='shared')
    )
    made = protections.create(database, build.protection(right_id='shared'))
    assert delegations.is_used(database, 'shared')
    assert not delegations.is_used(database, 'another')
    policies.update(
        database, dataclasses.replace(policy, selector=None, trust_id=None)
    )
    assert delegations.is_used(database, 'shared')
    endings.end(database, None, made.id, build.NOW)
    assert not delegations.is_used(database, 'shared')


def test_a_shared_trust_is_not_revoked(database):
    revoked = []
    right = model.Delegation(build.PROJECT, 'shared')
    policies.create(database, build.policy())
    made = protections.create(database, build.protection(right_id='shared'))
    rights.give_back(database, revoked.append, right, build.NOW)
    assert revoked == []
    endings.end(database, None, made.id, build.NOW)
    rights.give_back(database, revoked.append, right, build.NOW)
    assert revoked == [right]


def test_nothing_is_enrolled_by_a_trust_that_was_revoked(database):
    """A worker enrols while a person takes the selector away."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            trust = f'trust-{number}'
            policy = policies.create(
                database,
                build.policy(
                    id=f'policy-{number}',
                    name=f'policy-{number}',
                    selector=SELECTOR,
                    trust_id=trust,
                ),
            )
            protection = build.protection(
                id=f'protection-{number}',
                business_id=f'web-{number}',
                server_id=f'server-{number}',
                policy_id=policy.id,
                right_id=trust,
                selected=True,
            )
            revoked = []
            enrolled = pool.submit(
                selections.enrol, database, protection, policy
            )
            pool.submit(_take_away, database, policy, revoked).result()
            assert enrolled.result() is (revoked == [])


def test_a_right_that_was_replaced_is_not_written_back(database):
    """A person pauses what another gives a new right at the same moment."""
    policy = policies.create(
        database, build.policy(selector=SELECTOR, trust_id='old')
    )
    read = protections.create(
        database, build.protection(right_id='old', selected=True)
    )
    policies.update(database, dataclasses.replace(policy, trust_id='new'))
    paused = dataclasses.replace(read, status=model.ProtectionStatus.PAUSED)
    with pytest.raises(errors.ChangedMeanwhile):
        protections.update(database, paused, read.generation)
    stands = protections.get(database, None, read.id)
    assert (stands.right_id, stands.status) == ('new', read.status)


def test_one_assignment_is_noted_by_two_at_once(database, url):
    """The right is the project itself, which both have found unnoted."""
    start = threading.Barrier(2)
    owns = [api.Database(url) for _ in range(2)]  # as processes have

    def note(own, right):
        start.wait()
        delegations.add(own, right, build.NOW)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            name = f'project-{number}'
            right = model.Delegation(
                name, name, model.DelegationKind.ASSIGNMENT
            )
            noting = [pool.submit(note, own, right) for own in owns]
            assert [each.result() for each in noting] == [None, None]
    for own in owns:
        own.close()
    assert len(delegations.due(database, build.NOW, 99)) == ROUNDS


def _take_away(database, policy, revoked):
    changed = dataclasses.replace(policy, selector=None, trust_id=None)
    policies.update(database, changed)
    right = model.Delegation(policy.project_id, policy.trust_id)
    rights.give_back(database, revoked.append, right, build.NOW)


def test_rights_that_nobody_noted_are_noted_once(database):
    policies.create(
        database, build.policy(selector=SELECTOR, trust_id='of the policy')
    )
    for number, right_id in enumerate(('shared', 'shared', 'of the policy')):
        protections.create(
            database,
            build.protection(
                id=f'protection-{number}',
                business_id=f'web-{number}',
                server_id=f'server-{number}',
                right_id=right_id,
            ),
        )
    for _ in range(2):
        delegations.adopt(database, build.NOW)
    found = delegations.due(database, build.NOW, 99)
    assert sorted((each.delegation for each in found), key=str) == [
        model.Delegation(build.PROJECT, 'of the policy'),
        model.Delegation(build.PROJECT, 'shared'),
    ]
    endings.end(database, None, 'protection-0', build.NOW)
    endings.end(database, None, 'protection-1', build.NOW)
    delegations.release_unused(database, build.NOW, build.NOW - build.HOUR)
    assert delegations.released(database, build.NOW, 99) == []
    delegations.release_unused(database, build.NOW + build.HOUR, build.NOW)
    (left,) = delegations.released(database, build.NOW, 99)
    assert left.delegation.right_id == 'shared'
    assert left.released_at == build.NOW + build.HOUR
    assert delegations.claim(database, left, build.NOW, build.NOW - build.HOUR)
    assert not delegations.claim(
        database, left, build.NOW, build.NOW - build.HOUR
    )
    delegations.remove(database, left.delegation)
    assert delegations.released(database, build.NOW, 99) == []
