"""Policies."""

import collections.abc
import dataclasses
import typing
import uuid

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import policies
from snapfault.trigger import plan


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
        description='',
        schedule=_schedule(body['schedule']),
        quota=_quota(body['quota']),
        thresholds=(),
        posture=model.Posture.RISK,
        multipliers={},
        rpo=None,
        recovery=model.RecoveryRules(),
        created_at=this.now,
        updated_at=this.now,
    )
    policy = _with_members(this, policy)
    plan.check(policy.schedule)
    return _answer(policies.create(this.database, policy), status=201)


def update(this: call.Call) -> call.Answer:
    """Replace some members.

    A schedule sets the next run of all protections to its first one after
    now: changing a policy fires nothing by itself.
    """
    policy = _with_members(this, _named(this))
    if 'schedule' not in this.body['policy']:
        return _answer(policies.update(this.database, policy))
    plan.check(policy.schedule)
    next_run_at = plan.next_run(policy.schedule, this.now)
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


def _with_members(this: call.Call, policy: model.Policy) -> model.Policy:
    """Give a policy the members that the body names.

    :raises InvalidInput: one contradicts itself, or what is installed
    """
    body = this.body['policy']
    _check_weighers(this, body.get('multipliers', {}))
    changes = {
        name: READERS[name](value) if name in READERS else value
        for name, value in body.items()
    }
    return dataclasses.replace(policy, updated_at=this.now, **changes)


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


def _schedule(body: call.Json) -> model.Schedule:
    interval = body.get('interval')
    return model.Schedule(
        interval=None if interval is None else int(interval),
        cron=body.get('cron'),
        time_zone=body.get('time_zone', 'UTC'),
    )


def _quota(body: call.Json) -> model.Quota:
    return model.Quota(int(body['count']))


def _thresholds(
    body: collections.abc.Iterable[call.Json],
) -> tuple[model.Threshold, ...]:
    found = {
        each['metric']: model.Threshold(
            model.Metric(each['metric']), float(each['over'])
        )
        for each in body
    }
    if len(found) < len(list(body)):
        raise errors.InvalidInput(
            'policy.thresholds: a metric is named more than once'
        )
    return tuple(found.values())


def _recovery(body: call.Json) -> model.RecoveryRules:
    default = model.RecoveryRules()
    return model.RecoveryRules(
        automatic=body.get('automatic', default.automatic),
        margin=int(body.get('margin', default.margin)),
    )


#: How members are read that are not kept as they are sent. JSON knows one
#: kind of number: 60.0 is as whole as 60.
READERS: typing.Final[
    dict[str, collections.abc.Callable[[typing.Any], typing.Any]]
] = {
    'schedule': _schedule,
    'quota': _quota,
    'thresholds': _thresholds,
    'posture': model.Posture,
    'multipliers': lambda body: {k: float(v) for k, v in body.items()},
    'rpo': lambda rpo: None if rpo is None else int(rpo),
    'recovery': _recovery,
}
