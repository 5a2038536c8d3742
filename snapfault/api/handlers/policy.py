"""Policies."""

import collections.abc
import dataclasses
import datetime
import typing
import uuid

from snapfault import errors
from snapfault import model
from snapfault import rights
from snapfault.api import call
from snapfault.api import offer
from snapfault.api import paging
from snapfault.api import policy_rules
from snapfault.api import precondition
from snapfault.api import sharing
from snapfault.db import policies
from snapfault.trigger import drills
from snapfault.trigger import plan

#: The members that are no rules.
NAMED: typing.Final = ('name', 'description')
#: The members that say when runs fall due.
TIMES: typing.Final = frozenset({'schedules', 'stagger', 'paused'})

Next = datetime.datetime | policies.Keep | None
Write = collections.abc.Callable[[model.Policy], model.Policy]


def list_page(this: call.Call) -> call.Answer:
    """List policies."""
    return paging.answer(
        this,
        'policies',
        policies.list_page,
        lambda found: [sharing.view(this, each) for each in found],
    )


def show(this: call.Call) -> call.Answer:
    """Show a policy."""
    return _answer(this, _named(this))


def create(this: call.Call) -> call.Answer:
    """Make a policy in the caller's project."""
    body = this.body['policy']
    policy = model.Policy(
        id=str(uuid.uuid4()),
        project_id=this.project_id,
        name=body['name'],
        description=body.get('description', ''),
        shared_with=sharing.read(this, body, ()),
        created_at=this.now,
        updated_at=this.now,
        **policy_rules.read(this, body),
    )
    policy_rules.check(policy)
    policy_rules.check_sharing(policy)
    limits = this.backend.limits(this.project_id)
    return _answer(
        this,
        _with_right(
            this,
            policy,
            lambda each: policies.create(this.database, each, limits),
        ),
        status=201,
    )


@precondition.settled
def update(this: call.Call) -> call.Answer:
    """Replace some members.

    What changes the times of runs, or of drills, sets the next one of all
    protections to their first after now: changing a policy fires nothing by
    itself.
    """
    body = this.body['policy']
    before = _checked(this)
    named = {each: body[each] for each in NAMED if each in body}
    policy = dataclasses.replace(
        before,
        updated_at=this.now,
        shared_with=sharing.read(this, body, before.shared_with),
        **named,
        **policy_rules.read(this, body),
    )
    policy_rules.check(policy)
    policy_rules.check_sharing(policy)
    nexts = _nexts(this, before, policy)

    def write(policy: model.Policy) -> model.Policy:
        return policies.update(
            this.database, policy, *nexts, generation=before.generation
        )

    if 'selector' not in body:
        return _answer(this, write(policy))
    policy = _with_right(this, policy, write)
    _give_back(this, before)
    return _answer(this, policy)


def _nexts(
    this: call.Call, before: model.Policy, policy: model.Policy
) -> tuple[Next, Next]:
    """Give when runs and drills of what is under a changed policy are next."""
    run_at: Next = policies.UNCHANGED
    drill_at: Next = policies.UNCHANGED
    if not TIMES.isdisjoint(this.body['policy']):
        run_at = plan.replan(policy, this.now)
    if _drilled(policy) != _drilled(before):
        drill_at = drills.next_drill(policy, this.now)
    return run_at, drill_at


def _drilled(policy: model.Policy) -> tuple[object, ...]:
    """Give what decides when a policy's drills fall due."""
    return policy.recovery.drills.schedule, policy.paused


@precondition.settled
def delete(this: call.Call) -> call.Answer:
    """Remove a policy that no protection is under."""
    policy = _checked(this)
    policies.delete(this.database, this.scope, policy.id, policy.generation)
    _give_back(this, policy)
    return call.Answer(status=204)


def _with_right(
    this: call.Call, policy: model.Policy, write: Write
) -> model.Policy:
    """Write a policy, with the caller's right if it has a selector.

    The trust is made before there is a row that names it; if none comes to
    be, it goes again.

    :raises InvalidInput: the caller's right is one of another project
    """
    if policy.selector is None:
        return write(dataclasses.replace(policy, trust_id=None))
    if policy.project_id != this.project_id:
        raise errors.InvalidInput(
            'policy.selector: it takes a token of the project of the policy,'
            f' {policy.project_id}'
        )
    behind = this.backend
    right = offer.by_trust(this)
    with rights.taken(
        this.database, behind.vault, behind.revoke, (right, None), this.now
    ):
        return write(dataclasses.replace(policy, trust_id=right.right_id))


def _give_back(this: call.Call, before: model.Policy) -> None:
    """Revoke what a policy acted by, if nothing acts by it any more."""
    if before.trust_id is not None:
        right = model.Delegation(before.project_id, before.trust_id)
        rights.give_back(this.database, this.backend.revoke, right, this.now)


def _named(this: call.Call) -> model.Policy:
    return policies.get(this.database, this.scope, this.ids['policy_id'])


def _checked(this: call.Call) -> model.Policy:
    policy = sharing.owned(this, _named(this))
    precondition.check(this, 'policy', policy.generation)
    return policy


def _answer(
    this: call.Call, policy: model.Policy, status: int = 200
) -> call.Answer:
    return call.Answer(
        {'policy': sharing.view(this, policy)},
        status,
        f'/v1/policies/{policy.id}' if status == 201 else None,
        policy.generation,
    )
