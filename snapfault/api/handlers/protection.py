"""Protections."""

import dataclasses
import logging
import uuid

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import policies
from snapfault.db import protections
from snapfault.trigger import plan

LOG = logging.getLogger(__name__)


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
    enrolment = this.backend.enroller.enrol(
        this.request.environ.get('keystone.token_auth'),
        this.project_id,
        body['server_id'],
    )
    protection = _enrolled(this, policy, enrolment)
    try:
        protections.create(this.database, protection)
    except Exception:
        _revoke(this, protection.delegation)
        raise
    return _answer(protection, status=201)


def update(this: call.Call) -> call.Answer:
    """Put a protection under another policy of its project."""
    protection = _named(this)
    policy = policies.get(
        this.database,
        protection.project_id,
        this.body['protection']['policy_id'],
    )
    protection = dataclasses.replace(
        protection,
        policy_id=policy.id,
        next_run_at=plan.first_run(policy.schedules, this.now),
        updated_at=this.now,
    )
    return _answer(protections.update(this.database, protection))


def delete(this: call.Call) -> call.Answer:
    """End a protection, then the trust; its recovery points stay."""
    protection = _named(this)
    protections.delete(this.database, protection.project_id, protection.id)
    _revoke(this, protection.delegation)
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
    return model.Protection(
        id=str(uuid.uuid4()),
        project_id=this.project_id,
        business_id=this.body['protection']['business_id'],
        policy_id=policy.id,
        server_id=enrolment.server_id,
        image_id=enrolment.image_id,
        trust_id=enrolment.trust_id,
        status=model.ProtectionStatus.ACTIVE,
        selected=False,
        next_run_at=plan.first_run(policy.schedules, this.now),
        alarm='',
        alarm_at=None,
        created_at=this.now,
        updated_at=this.now,
    )


def _revoke(this: call.Call, delegation: model.Delegation) -> None:
    """Remove a trust if that can be had; nobody uses it any more."""
    try:
        this.backend.revoke(delegation)
    except errors.SnapfaultError as error:
        LOG.warning(
            'Trust %s of project %s stays: %s',
            delegation.trust_id,
            delegation.project_id,
            error,
        )
