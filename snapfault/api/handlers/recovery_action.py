"""What a person does about a recovery: undo, abort, retry, approve."""

import dataclasses

from snapfault import errors
from snapfault import model
from snapfault import trouble
from snapfault.api import call
from snapfault.api import named
from snapfault.api import views
from snapfault.db import kept
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.recover import put_back


def undo(this: call.Call) -> call.Answer:
    """Have what a recovery replaced put back, by a recovery of its own."""
    origin = _over(this)
    held = kept.of_recoveries(this.database, [origin.id])[origin.id]
    why_not = put_back.undo_refusal(origin, held)
    if why_not:
        raise errors.Conflict(why_not)
    undone = dataclasses.replace(
        _again(this, origin, f'a person undoes recovery {origin.id}'),
        kind=model.RecoveryKind.UNDO,
        origin_id=origin.id,
    )
    return _begun(this, recoveries.create(this.database, undone))


def retry(this: call.Call) -> call.Answer:
    """Have a recovery that did not succeed tried again from what stands."""
    origin = _over(this)
    if origin.status is model.RecoveryStatus.DONE:
        raise errors.Conflict(
            f'recovery {origin.id} is done: to recover once more, openstack'
            f' recovery create {origin.business_id}'
        )
    cause = f'a person tries recovery {origin.id} again'
    tried = _again(this, origin, cause)
    if origin.kind is model.RecoveryKind.UNDO:
        tried = dataclasses.replace(
            tried, kind=origin.kind, origin_id=origin.origin_id
        )
    else:
        tried = _restore(this, origin, tried)
    return _begun(this, recoveries.create(this.database, tried))


def abort(this: call.Call) -> call.Answer:
    """Stop a recovery; what it has taken away is put back."""
    recovery = recoveries.get(
        this.database, this.project_id, this.ids['recovery_id']
    )
    return _begun(
        this, recoveries.ask_abort(this.database, recovery, this.now)
    )


def approve(this: call.Call) -> call.Answer:
    """Let a recovery begin that is held."""
    recovery = recoveries.get(
        this.database, this.project_id, this.ids['recovery_id']
    )
    return _begun(this, recoveries.approve(this.database, recovery, this.now))


def _over(this: call.Call) -> model.Recovery:
    """Find the recovery that is meant, which must be over.

    :raises Conflict: it is not
    """
    recovery = recoveries.get(
        this.database, this.project_id, this.ids['recovery_id']
    )
    if recovery.status in model.OPEN_RECOVERY:
        raise errors.Conflict(
            f'recovery {recovery.id} is {recovery.status}: wait for its end,'
            f' or openstack recovery abort {recovery.id}'
        )
    return recovery


def _again(
    this: call.Call, origin: model.Recovery, cause: str
) -> model.Recovery:
    """Describe another recovery of the same service.

    :raises NotFound: it is not protected any more
    """
    protection = protections.get(
        this.database, this.project_id, origin.protection_id
    )
    return trouble.new_recovery(
        protection,
        cause=cause,
        onset_at=origin.onset_at,
        evidence=dict(origin.evidence),
        now=this.now,
    )


def _restore(
    this: call.Call, origin: model.Recovery, tried: model.Recovery
) -> model.Recovery:
    """Have it go back to the same point, unless another is named."""
    point_id = this.body['recovery'].get('recovery_point_id')
    if point_id is not None:
        protection = protections.get(
            this.database, this.project_id, origin.protection_id
        )
        named.check_point(this, protection, point_id)
    elif origin.point_named:
        point_id = origin.point_id
    return dataclasses.replace(
        tried,
        origin_id=origin.id,
        point_id=point_id,
        point_named=point_id is not None,
        before_at=origin.before_at,
        keep_volumes=origin.keep_volumes and point_id is None,
    )


def _begun(this: call.Call, recovery: model.Recovery) -> call.Answer:
    this.backend.wake()
    return call.Answer(
        {'recovery': views.recovery(recovery)},
        status=202,
        location=f'/v1/recoveries/{recovery.id}',
    )
