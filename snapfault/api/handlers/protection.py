"""Protections."""

import contextlib
import dataclasses
import uuid

from snapfault import errors
from snapfault import model
from snapfault import rights
from snapfault.api import call
from snapfault.api import offer
from snapfault.api import paging
from snapfault.api import precondition
from snapfault.api import views
from snapfault.db import endings
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import removal
from snapfault.db import shares
from snapfault.trigger import drills


def list_page(this: call.Call) -> call.Answer:
    """List protections."""
    return paging.answer(
        this,
        'protections',
        protections.list_page,
        lambda found: [views.protection(each) for each in found],
    )


def show(this: call.Call) -> call.Answer:
    """Show a protection."""
    return _answer(_named(this))


def create(this: call.Call) -> call.Answer:
    """Protect a server, by a right that is made or tried before.

    Of the caller's project, unless an admin enrols it by an assignment.
    """
    body = this.body['protection']
    offered = offer.read(this)
    project_id = offer.project_id(this)
    policy = policies.get(this.database, project_id, body['policy_id'])
    limits = this.backend.limits(project_id)
    enrolment = this.backend.enroller.enrol(
        this.caller, project_id, body['server_id'], offered
    )
    protection = _enrolled(this, policy, enrolment)
    plan = _planning(this, protection)
    with _taken(this, enrolment):
        protection = protections.create(
            this.database, protection, limits, plan
        )
    return _answer(protection, status=201)


def _taken(
    this: call.Call, enrolment: model.Enrolment
) -> contextlib.AbstractContextManager[None]:
    behind = this.backend
    right = enrolment.delegation, enrolment.credential
    return rights.taken(
        this.database, behind.vault, behind.revoke, right, this.now
    )


@precondition.settled
def update(this: call.Call) -> call.Answer:
    """Put a protection under another policy or right, or pause it.

    Its next run is the first one after now: neither fires anything. It is a
    person's from then on: no selector moves or releases it. One that ends
    takes another right alone.

    :raises Conflict: it ends
    """
    before = _checked(this)
    body = this.body['protection']
    if before.ending_at is not None and set(body) == {'delegation'}:
        entrusted = dataclasses.replace(before, updated_at=this.now)
        return _answer(_by_another_right(this, entrusted))
    removal.check_stays(before.business_id, before.ending_at)
    policy = policies.get(
        this.database,
        before.project_id,
        body.get('policy_id', before.policy_id),
    )
    protection = dataclasses.replace(
        before,
        policy_id=policy.id,
        status=_status(before, body.get('paused')),
        selected=False,
        updated_at=this.now,
    )
    if 'delegation' not in body:
        plan = _planning(this, protection)
        return _answer(
            protections.update(
                this.database, protection, before.generation, plan
            )
        )
    return _answer(_by_another_right(this, protection))


def _by_another_right(
    this: call.Call, protection: model.Protection
) -> model.Protection:
    """Write a protection with the right that the caller gives for it.

    :raises InvalidInput: it is one of another project
    """
    offered = offer.read(this)
    named = this.body['protection']['delegation'].get('project_id')
    if offered.kind is not model.DelegationKind.ASSIGNMENT:
        named = this.project_id
    if named not in (None, protection.project_id):
        raise errors.InvalidInput(
            'delegation: it must be of the project of the protection,'
            f' {protection.project_id}'
        )
    enrolment = this.backend.enroller.enrol(
        this.caller, protection.project_id, protection.server_id, offered
    )
    changed = dataclasses.replace(
        protection,
        right_id=enrolment.delegation.right_id,
        delegation_kind=enrolment.delegation.kind,
    )
    what = this.database, changed, protection.generation
    with _taken(this, enrolment):
        if protection.ending_at is not None:
            written = endings.entrust(*what)
        else:
            written = protections.update(*what, _planning(this, changed))
    _give_back(this, protection.delegation)
    return written


def _give_back(this: call.Call, right: model.Delegation) -> None:
    rights.give_back(this.database, this.backend.revoke, right, this.now)


def _planning(this: call.Call, protection: model.Protection) -> shares.Plan:
    """Plan by what the policy is when the protection is written.

    Between the handler's look at it and that a right may have been made,
    which takes long enough for a person to pause a policy, or to unpause it.
    """
    if protection.status is not model.ProtectionStatus.ACTIVE:
        return lambda _: drills.NONE
    return lambda preset: drills.nexts(preset, protection.id, this.now)


def _status(
    protection: model.Protection, paused: bool | None
) -> model.ProtectionStatus:
    """Give the status that a protection is to have.

    :raises Conflict: its server is gone, so that there is nothing to pause
    """
    if paused is None:
        return protection.status
    if protection.status is model.ProtectionStatus.ORPHANED:
        raise errors.Conflict(
            f'the server of {protection.business_id} is gone: nothing falls '
            f'due until there is one'
        )
    status = model.ProtectionStatus
    return status.PAUSED if paused else status.ACTIVE


@precondition.settled
def delete(this: call.Call) -> call.Answer:
    """End a protection, then its right unless others act by it.

    Its recovery points stay. What runs goes on to its own end before that.

    :raises Conflict: a selector would enrol it again at once
    """
    protection = _checked(this)
    if protection.selected:
        raise errors.Conflict(
            f'a selector protects server {protection.server_id} as'
            f' {protection.business_id!r}, and would again: put'
            " 'snapfault:exclude' into the server's metadata, and it is"
            ' released'
        )
    ending = endings.end(
        this.database,
        protection.project_id,
        protection.id,
        this.now,
        protection.generation,
    )
    if ending is not None:
        return _answer(ending, status=202)
    _give_back(this, protection.delegation)
    return call.Answer(status=204)


def _named(this: call.Call) -> model.Protection:
    return protections.get(
        this.database, this.scope, this.ids['protection_id']
    )


def _checked(this: call.Call) -> model.Protection:
    protection = _named(this)
    precondition.check(this, 'protection', protection.generation)
    return protection


def _answer(protection: model.Protection, status: int = 200) -> call.Answer:
    return call.Answer(
        {'protection': views.protection(protection)},
        status,
        f'/v1/protections/{protection.id}' if status == 201 else None,
        protection.generation,
    )


def _enrolled(
    this: call.Call, policy: model.Policy, enrolment: model.Enrolment
) -> model.Protection:
    return model.Protection(
        id=str(uuid.uuid4()),
        project_id=enrolment.delegation.project_id,
        business_id=this.body['protection']['business_id'],
        policy_id=policy.id,
        server_id=enrolment.server_id,
        image_id=enrolment.image_id,
        right_id=enrolment.delegation.right_id,
        delegation_kind=enrolment.delegation.kind,
        status=model.ProtectionStatus.ACTIVE,
        selected=False,
        next_run_at=None,
        alarm='',
        alarm_at=None,
        created_at=this.now,
        updated_at=this.now,
    )
