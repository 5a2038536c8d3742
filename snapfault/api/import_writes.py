"""From an import that was read and compared to the rows it writes."""

import collections.abc
import dataclasses
import typing
import uuid

from snapfault import difference
from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import importing
from snapfault.db import record_table
from snapfault.trigger import drills


def needs_right(planned: importing.Plan) -> bool:
    """Whether the caller must lend a right: for servers or a selector."""
    return bool(planned.new_servers()) or any(
        planned.policies[name].selector is not None
        and planned.policies[name].trust_id is None
        for name in _written(planned)
    )


def _written(planned: importing.Plan) -> list[str]:
    """Name the policies that are new or not as they were."""
    return [
        *planned.names(difference.Action.CREATE, difference.Kind.POLICY),
        *planned.names(difference.Action.CHANGE, difference.Kind.POLICY),
    ]


def make_writes(
    this: call.Call,
    planned: importing.Plan,
    images: collections.abc.Mapping[str, str],
    trust_id: str | None,
) -> record_table.Writes:
    """Turn a plan into rows.

    :param images: of the new servers, by server
    :param trust_id: what the caller lent; None where nothing needs it
    """
    policies = {
        name: _with_right(each, trust_id)
        for name, each in planned.policies.items()
    }
    gone_policies, gone_protections = (
        planned.names(difference.Action.REMOVE, kind)
        for kind in (difference.Kind.POLICY, difference.Kind.PROTECTION)
    )
    protections = [
        *_changed(this, planned, policies),
        *(
            _created(this, planned, policies, name, images, str(trust_id))
            for name in planned.new_servers()
        ),
    ]
    was = planned.was
    return record_table.Writes(
        policies=tuple(policies[name] for name in _written(planned)),
        protections=tuple(protections),
        gone_policies=tuple(was.policies[name].id for name in gone_policies),
        gone_protections=tuple(
            was.protections[name].id for name in gone_protections
        ),
    )


def _with_right(policy: model.Policy, trust_id: str | None) -> model.Policy:
    """Give a policy the right that its selector needs, and no other."""
    if policy.selector is None:
        return dataclasses.replace(policy, trust_id=None)
    return dataclasses.replace(policy, trust_id=policy.trust_id or trust_id)


def _changed(
    this: call.Call,
    planned: importing.Plan,
    policies: collections.abc.Mapping[str, model.Policy],
) -> collections.abc.Iterator[model.Protection]:
    """Give the protections that stand and are to be otherwise."""
    gone = planned.names(difference.Action.REMOVE, difference.Kind.PROTECTION)
    was = planned.was
    standing = {**was.published, **{e.id: e for e in was.policies.values()}}
    for business_id, each in was.protections.items():
        before = standing.get(each.policy_id)
        wanted = planned.wanted.protections.get(business_id)
        if business_id in gone or before is None:
            continue
        policy = policies[
            wanted['policy'] if wanted else was.refer_to(before.id)
        ]
        after = _moved(each, wanted, policy)
        if after.status is not each.status or (
            policy.id != before.id or _times(policy) != _times(before)
        ):
            after = dataclasses.replace(after, **_nexts(this, after, policy))
        if after != each:
            yield dataclasses.replace(after, updated_at=this.now)


def _nexts(
    this: call.Call, protection: model.Protection, policy: model.Policy
) -> drills.Nexts:
    active = protection.status is model.ProtectionStatus.ACTIVE
    if not active or protection.ending_at is not None:
        return drills.NONE
    return drills.nexts(policy, protection.id, this.now)


def _times(policy: model.Policy) -> tuple[object, ...]:
    """Give what decides when a policy's runs and drills fall due."""
    rehearsed = policy.recovery.drills.schedule
    return policy.schedules, policy.stagger, policy.paused, rehearsed


def _moved(
    protection: model.Protection,
    wanted: difference.Document | None,
    policy: model.Policy,
) -> model.Protection:
    """Give a protection the members that the document names.

    One that a selector enrolled is a person's as soon as a document names
    it, or its policy has no selector any more.
    """
    changes: dict[str, typing.Any] = {'policy_id': policy.id}
    if wanted is not None or policy.selector is None:
        changes['selected'] = False
    if wanted is not None and wanted['paused'] != importing.is_paused(
        protection
    ):
        if protection.status is model.ProtectionStatus.ORPHANED:
            raise errors.Conflict(
                f'the server of {protection.business_id} is gone, so that'
                " there is nothing to pause: take its 'paused' out"
            )
        changes['status'] = _status(wanted)
    return dataclasses.replace(protection, **changes)


def _status(wanted: difference.Document) -> model.ProtectionStatus:
    if wanted['paused']:
        return model.ProtectionStatus.PAUSED
    return model.ProtectionStatus.ACTIVE


def _created(
    this: call.Call,
    planned: importing.Plan,
    policies: collections.abc.Mapping[str, model.Policy],
    business_id: str,
    images: collections.abc.Mapping[str, str],
    trust_id: str,
) -> model.Protection:
    wanted = planned.wanted.protections[business_id]
    policy = policies[wanted['policy']]
    protection = model.Protection(
        id=str(uuid.uuid4()),
        project_id=this.project_id,
        business_id=business_id,
        policy_id=policy.id,
        server_id=wanted['server_id'],
        image_id=images[wanted['server_id']],
        right_id=trust_id,
        status=_status(wanted),
        selected=False,
        next_run_at=None,
        alarm='',
        alarm_at=None,
        created_at=this.now,
        updated_at=this.now,
    )
    return dataclasses.replace(protection, **_nexts(this, protection, policy))
