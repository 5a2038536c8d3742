"""Policies."""

import collections.abc
import dataclasses
import typing
import uuid

from snapfault import document
from snapfault import errors
from snapfault import model
from snapfault import rules_check
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import policies
from snapfault.trigger import plan

#: The members that are no rules.
NAMED: typing.Final = ('name', 'description')
#: The members that say when runs fall due.
TIMES: typing.Final = frozenset({'schedules', 'stagger', 'paused'})


def list_page(this: call.Call) -> call.Answer:
    """List policies."""
    return paging.answer(
        this,
        'policies',
        policies.list_page,
        lambda found: [views.policy(each) for each in found],
    )


def show(this: call.Call) -> call.Answer:
    """Show a policy."""
    return _answer(_named(this))


def create(this: call.Call) -> call.Answer:
    """Make a policy in the caller's project."""
    body = this.body['policy']
    policy = model.Policy(
        id=str(uuid.uuid4()),
        project_id=this.project_id,
        name=body['name'],
        description=body.get('description', ''),
        created_at=this.now,
        updated_at=this.now,
        **_rules(this),
    )
    rules_check.check(policy)
    plan.check(policy)
    return _answer(policies.create(this.database, policy), status=201)


def update(this: call.Call) -> call.Answer:
    """Replace some members.

    What changes the times of runs sets the next run of all protections to
    their first one after now: changing a policy fires nothing by itself.
    """
    body = this.body['policy']
    named = {each: body[each] for each in NAMED if each in body}
    policy = dataclasses.replace(
        _named(this), updated_at=this.now, **named, **_rules(this)
    )
    rules_check.check(policy)
    plan.check(policy)
    if TIMES.isdisjoint(body):
        return _answer(policies.update(this.database, policy))
    next_run_at = plan.replan(policy, this.now)
    return _answer(policies.update(this.database, policy, next_run_at))


def delete(this: call.Call) -> call.Answer:
    """Remove a policy that no protection is under."""
    policies.delete(this.database, this.scope, this.ids['policy_id'])
    return call.Answer(status=204)


def _named(this: call.Call) -> model.Policy:
    return policies.get(this.database, this.scope, this.ids['policy_id'])


def _answer(policy: model.Policy, status: int = 200) -> call.Answer:
    return call.Answer(
        {'policy': views.policy(policy)},
        status,
        f'/v1/policies/{policy.id}' if status == 201 else None,
    )


def _rules(this: call.Call) -> document.Document:
    """Read the rules that the body names.

    :raises InvalidInput: one contradicts itself, or what is installed
    """
    body = this.body['policy']
    _check_weighers(this, body.get('multipliers', {}))
    return document.read(body)


def _check_weighers(
    this: call.Call, multipliers: collections.abc.Iterable[str]
) -> None:
    known = this.backend.weighers
    for name in multipliers:
        if name not in known:
            raise errors.InvalidInput(
                f'policy.multipliers: there is no weigher {name[:255]!r}:'
                f' there are {", ".join(sorted(known)) or "none"}'
            )
