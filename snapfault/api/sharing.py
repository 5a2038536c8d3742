"""Policies of one project that others use: who may, and who sees what."""

import collections.abc
import dataclasses
import typing

from snapfault import difference
from snapfault import model
from snapfault.api import call
from snapfault.api import faults
from snapfault.api import importing
from snapfault.api import views
from snapfault.policies import policy as rule


def read(
    this: call.Call,
    body: collections.abc.Mapping[str, typing.Any],
    before: tuple[str, ...],
) -> tuple[str, ...]:
    """Give whom a policy is to be shared with, in order.

    :param before: whom it is shared with now
    :raises Refusal: the caller may not say that
    """
    wanted = body.get('shared_with', before)
    if wanted or before:
        this.allow(rule.SHARE)
    return tuple(sorted(wanted))


def owned(this: call.Call, policy: model.Policy) -> model.Policy:
    """Give back a policy that the caller may change.

    :raises Refusal: it is one that another project shares, or its own one
        and the caller may not change what others use
    """
    if this.scope not in (None, policy.project_id):
        raise faults.Refusal(
            403,
            f'Policy {policy.id} is shared by another project, and only'
            ' there is it changed: make a policy of your own.',
        )
    if policy.shared_with:
        this.allow(rule.SHARE)
    return policy


def check_import(this: call.Call, plan: importing.Plan) -> None:
    """Refuse an import that changes a shared policy, where that is refused.

    :raises Refusal: the caller may not change what others use
    """
    for change in plan.changes:
        before = plan.was.policies.get(change.name)
        if change.kind is difference.Kind.POLICY and before is not None:
            owned(this, before)


def view(this: call.Call, policy: model.Policy) -> call.Json:
    """Write a policy; to whom it is shared with, no other project."""
    if this.scope not in (None, policy.project_id):
        known = (this.scope, model.ALL_PROJECTS)
        shown = tuple(each for each in policy.shared_with if each in known)
        policy = dataclasses.replace(policy, shared_with=shown)
    return views.policy(policy)
