"""The snapshot record table as a whole: export and import."""

import collections.abc
import contextlib
import dataclasses
import hashlib
import json

from snapfault import difference
from snapfault import errors
from snapfault import model
from snapfault import rights
from snapfault.api import call
from snapfault.api import import_writes
from snapfault.api import importing
from snapfault.api import offer
from snapfault.api import precondition
from snapfault.api import sharing
from snapfault.db import record_table


def show(this: call.Call) -> call.Answer:
    """Write all that people set in the caller's project."""
    rows = record_table.read(this.database, this.project_id)
    return call.Answer(
        {'record_table': importing.export(rows)}, generation=_generation(rows)
    )


def replace(this: call.Call) -> call.Answer:
    """Bring the caller's project into the state of a document, or say how.

    All or nothing: what is refused anywhere has changed nothing.
    """
    rows = record_table.read(this.database, this.project_id)
    generation = _generation(rows)
    precondition.check(this, 'record table', generation)
    plan = importing.make_plan(this, rows, _is_on(this, 'prune'))
    sharing.check_import(this, plan)
    images = _images(this, plan)
    if plan.changes and not _is_on(this, 'dry_run'):
        generation = _generation(_apply(this, plan, images))
    return call.Answer(
        {
            'changes': [_written(each) for each in plan.changes],
            'generation': generation,
        },
        generation=generation,
    )


def _generation(rows: record_table.Rows) -> str:
    """Give a text that is another one as soon as the document is."""
    text = json.dumps(importing.export(rows), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _is_on(this: call.Call, name: str) -> bool:
    return this.query.get(name, 'false').lower() == 'true'


def _images(
    this: call.Call, plan: importing.Plan
) -> collections.abc.Mapping[str, str]:
    """Look at the servers to protect, as the caller.

    :raises InvalidInput: one is not in the project, or could not be
        recovered
    """
    servers = plan.new_servers()
    if not servers:
        return {}
    found = this.backend.enroller.survey(
        this.caller, this.project_id, servers.values()
    )
    for business_id, server_id in servers.items():
        if server_id in found.unfit:
            text = found.unfit[server_id]
            if server_id in found.unknown:
                text += offer.for_admins(this, server_id)
            raise errors.InvalidInput(
                f'{plan.path_of(business_id)}.server_id: {text}'
            )
    return found.images


def _apply(
    this: call.Call,
    plan: importing.Plan,
    images: collections.abc.Mapping[str, str],
) -> record_table.Rows:
    """Take the caller's right if one is needed, then write all at once.

    :returns: what stands then
    """
    limits = this.backend.limits(this.project_id)
    behind = this.backend
    trust_id = None
    holding: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if import_writes.needs_right(plan):
        right = offer.by_trust(this)
        trust_id, holding = (
            right.right_id,
            rights.taken(
                this.database,
                behind.vault,
                behind.revoke,
                (right, None),
                this.now,
            ),
        )
    with holding:
        writes = import_writes.make_writes(this, plan, images, trust_id)
        record_table.write(
            this.database, this.project_id, plan.was, writes, limits
        )
    stands = record_table.read(this.database, this.project_id)
    for old in _rights(plan.was) - _rights(stands):
        rights.give_back(this.database, behind.revoke, old, this.now)
    return stands


def _rights(rows: record_table.Rows) -> set[model.Delegation]:
    """Give what a project's policies and protections act by."""
    found = {each.delegation for each in rows.protections.values()}
    return found | {
        model.Delegation(each.project_id, each.trust_id)
        for each in rows.policies.values()
        if each.trust_id is not None
    }


def _written(change: difference.Change) -> call.Json:
    return dataclasses.asdict(change)
