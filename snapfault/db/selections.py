"""What a policy's selector enrols, moves and releases."""

import collections.abc
import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import protections
from snapfault.db import removal
from snapfault.db import tables

#: Characters that a policy's alarm has room for.
ALARM: typing.Final = 1000


@api.reader
def list_policies(session: orm.Session) -> list[model.Policy]:
    """List the policies of all projects that have a selector's right."""
    rows = session.scalars(
        sa.select(tables.Policy)
        .where(tables.Policy.trust_id.is_not(None))
        .order_by(tables.Policy.project_id, tables.Policy.id)
    )
    return base.read_all(rows)


@api.reader
def list_protections(
    session: orm.Session, project_id: str
) -> list[model.Protection]:
    """List all protections of a project."""
    rows = session.scalars(
        sa.select(tables.Protection).where(
            tables.Protection.project_id == project_id
        )
    )
    return base.read_all(rows)


@api.writer
def enrol(
    session: orm.Session,
    protection: model.Protection,
    policy: model.Policy,
    limits: model.Limits = model.UNLIMITED,
) -> bool:
    """Add a protection under a policy that is as it was read.

    :returns: whether the policy is
    :raises Conflict: the business id or the server is protected meanwhile
    :raises QuotaExceeded: the project has as many as it may
    """
    if not _stands(session, policy):
        return False
    protections.add(session, protection, limits)
    return True


@api.writer
def move(
    session: orm.Session,
    protection: model.Protection,
    policy: model.Policy,
    nexts: collections.abc.Mapping[str, typing.Any],
    now: datetime.datetime,
) -> bool:
    """Put a selected protection under another policy, by its right.

    :param nexts: its ``next_run_at`` and ``next_drill_at``
    :returns: whether both were as they were read
    """
    if not _stands(session, policy):
        return False
    return base.swapped(
        session,
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection.id,
            tables.Protection.policy_id == protection.policy_id,
            tables.Protection.selected.is_(True),
        )
        .values(
            policy_id=policy.id,
            right_id=policy.trust_id,
            delegation_kind=model.DelegationKind.TRUST,
            updated_at=now,
            generation=tables.Protection.generation + 1,
            **nexts,
        ),
    )


@api.writer
def release(
    session: orm.Session, protection: model.Protection, policy: model.Policy
) -> bool:
    """End a selected protection; its recovery points stay.

    :returns: whether it, and its policy, were as they were read
    :raises Conflict: something of it is under way
    """
    if not _stands(session, policy):
        return False
    row = session.scalar(
        sa.select(tables.Protection)
        .where(
            tables.Protection.id == protection.id,
            tables.Protection.policy_id == policy.id,
            tables.Protection.selected.is_(True),
        )
        .with_for_update()
    )
    if row is None:
        return False
    removal.remove(session, row)
    return True


def _stands(session: orm.Session, policy: model.Policy) -> bool:
    """Hold a policy fast, and say whether it is as it was read."""
    row = session.scalar(
        sa.select(tables.Policy)
        .where(tables.Policy.id == policy.id)
        .with_for_update()
    )
    if row is None:
        return False
    return (
        row.trust_id == policy.trust_id and row.updated_at == policy.updated_at
    )


@api.writer
def set_alarm(
    session: orm.Session,
    policy_id: str,
    text: str,
    now: datetime.datetime,
) -> bool:
    """Say what of a selector needs a person; empty clears it.

    :returns: whether that is news
    """
    text = text[:ALARM]
    return base.swapped(
        session,
        sa.update(tables.Policy)
        .where(tables.Policy.id == policy_id, tables.Policy.alarm != text)
        .values(alarm=text, alarm_at=now if text else None),
    )
