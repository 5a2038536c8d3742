"""Protections."""

import dataclasses
import uuid

from snapfault import errors
from snapfault import model
from snapfault import rights
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import policies
from snapfault.db import protections
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
    """Protect a server of the caller's project.

    The trust is made with the caller's token, before there is a row; if
    none comes to be, the trust goes again.
    """
    body = this.body['protection']
    policy = policies.get(this.database, this.project_id, body['policy_id'])
    limits = this.backend.limits(this.project_id)
    enrolment = this.backend.enroller.enrol(
        this.caller,
        this.project_id,
        body['server_id'],
    )
    protection = _enrolled(this, policy, enrolment)
    try:
        protections.create(this.database, protection, limits)
    except Exception:
        rights.give_back(
            this.database, this.backend.revoke, protection.delegation
        )
        raise
    return _answer(protection, status=201)


def update(this: call.Call) -> call.Answer:
    """Put a protection under another policy of its project, or pause it.

    Its next run is the first one after now: neither fires anything. It is a
    person's from then on: no selector moves or releases it.
    """
    protection = _named(this)
    body = this.body['protection']
    policy = policies.get(
        this.database,
        protection.project_id,
        body.get('policy_id', protection.policy_id),
    )
    status = _status(protection, body.get('paused'))
    protection = dataclasses.replace(
        protection,
        policy_id=policy.id,
        status=status,
        selected=False,
        **_nexts(this, policy, protection.id, status),
        updated_at=this.now,
    )
    return _answer(protections.update(this.database, protection))


def _nexts(
    this: call.Call,
    policy: model.Policy,
    protection_id: str,
    status: model.ProtectionStatus,
) -> drills.Nexts:
    if status is not model.ProtectionStatus.ACTIVE:
        return drills.NONE
    return drills.nexts(policy, protection_id, this.now)


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


def delete(this: call.Call) -> call.Answer:
    """End a protection, then its trust unless others act by it.

    Its recovery points stay.

    :raises Conflict: a selector would enrol it again at once
    """
    protection = _named(this)
    if protection.selected:
        raise errors.Conflict(
            f'a selector protects server {protection.server_id} as'
            f' {protection.business_id!r}, and would again: put'
            " 'snapfault:exclude' into the server's metadata, and it is"
            ' released'
        )
    protections.delete(this.database, protection.project_id, protection.id)
    rights.give_back(this.database, this.backend.revoke, protection.delegation)
    return call.Answer(status=204)


def _named(this: call.Call) -> model.Protection:
    return protections.get(
        this.database, this.scope, this.ids['protection_id']
    )


def _answer(protection: model.Protection, status: int = 200) -> call.Answer:
    return call.Answer(
        {'protection': views.protection(protection)},
        status,
        f'/v1/protections/{protection.id}' if status == 201 else None,
    )


def _enrolled(
    this: call.Call, policy: model.Policy, enrolment: model.Enrolment
) -> model.Protection:
    protection_id = str(uuid.uuid4())
    return model.Protection(
        id=protection_id,
        project_id=this.project_id,
        business_id=this.body['protection']['business_id'],
        policy_id=policy.id,
        server_id=enrolment.server_id,
        image_id=enrolment.image_id,
        trust_id=enrolment.trust_id,
        status=model.ProtectionStatus.ACTIVE,
        selected=False,
        **drills.nexts(policy, protection_id, this.now),
        alarm='',
        alarm_at=None,
        created_at=this.now,
        updated_at=this.now,
    )
