"""Policies: preset rules that protections share."""

import collections.abc
import dataclasses
import datetime
import enum
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import document
from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import generations
from snapfault.db import limits as bounds
from snapfault.db import pages
from snapfault.db import shares
from snapfault.db import tables
from snapfault.db import task_holds


class Keep(enum.Enum):
    """Stands for: leave the next runs as they are."""

    UNCHANGED = 'unchanged'


UNCHANGED: typing.Final = Keep.UNCHANGED


def _values(policy: model.Policy) -> dict[str, typing.Any]:
    return {
        'name': policy.name,
        'description': policy.description,
        'rules': document.write(policy),
        'trust_id': policy.trust_id,
        'updated_at': policy.updated_at,
    }


@api.writer
def create(
    session: orm.Session,
    policy: model.Policy,
    limits: model.Limits = model.UNLIMITED,
) -> model.Policy:
    """Add a policy.

    :raises QuotaExceeded: the project has as many as it may
    :raises Conflict: the project has one of that name
    """
    more = {model.Limited.POLICIES: 1}
    bounds.admit(session, policy.project_id, limits, more)
    put(session, policy)
    base.flush(session, _taken(policy.name))
    shares.replace(session, policy)
    return policy


def put(session: orm.Session, policy: model.Policy) -> None:
    """Add a policy, or replace the one of its id.

    Whom it is shared with stays.
    """
    row = session.merge(
        tables.Policy(
            id=policy.id,
            project_id=policy.project_id,
            created_at=policy.created_at,
            **_values(policy),
        )
    )
    if policy.selector is None:  # the alarm was about that
        row.alarm, row.alarm_at = '', None


def _taken(name: str) -> str:
    return f'the project has a policy named {name!r} already'


@api.reader
def get(
    session: orm.Session, project_id: str | None, policy_id: str
) -> model.Policy:
    """Read a policy that a project may use: its own, or one shared with it.

    :raises NotFound: there is none of that id
    """
    row = session.scalar(
        sa.select(tables.Policy).where(
            tables.Policy.id == policy_id, *shares.visible(project_id)
        )
    )
    if row is None:
        raise errors.NotFound(f'there is no policy {policy_id}')
    return typing.cast('model.Policy', base.read(row))


def _changed(
    session: orm.Session,
    project_id: str | None,
    policy_id: str,
    generation: int | None,
) -> tables.Policy:
    row = generations.changed(
        session, tables.Policy, project_id, policy_id, 'policy', generation
    )
    return typing.cast('tables.Policy', row)


@api.reader
def list_page(
    session: orm.Session,
    project_id: str | None,
    *,
    limit: int,
    marker: str | None = None,
    order: pages.Order = pages.NEWEST,
    name: str | None = None,
) -> list[model.Policy]:
    """List the policies that a project may use, in an order."""
    conditions = [
        *shares.visible(project_id),
        *base.equal(tables.Policy, name=name),
    ]
    return pages.page(session, tables.Policy, conditions, limit, marker, order)


@api.reader
def by_ids(
    session: orm.Session, policy_ids: collections.abc.Collection[str]
) -> dict[str, model.Policy]:
    """Read many policies; those that are gone or broken are left out."""
    found: dict[str, model.Policy] = {}
    for ids in base.chunks(policy_ids):
        rows = session.scalars(
            sa.select(tables.Policy).where(tables.Policy.id.in_(ids))
        )
        found.update({each.id: each for each in base.read_all(rows)})
    return found


@api.writer
def update(
    session: orm.Session,
    policy: model.Policy,
    next_run_at: datetime.datetime | Keep | None = UNCHANGED,
    next_drill_at: datetime.datetime | Keep | None = UNCHANGED,
    generation: int | None = None,
) -> model.Policy:
    """Replace a policy's rules and, where given, all its next runs or drills.

    The waiting tasks under it are looked at anew: what held them back may
    be over. What acts by its old right acts by its new one. Without a
    selector, what that enrolled is a person's.

    :param generation: what it was made from; None: whatever it is now
    :raises NotFound: it is gone
    :raises Conflict: another one in the project has its name, or a project
        that it would not be shared with any more uses it
    :raises ChangedMeanwhile: it has another generation
    """
    row = _changed(session, policy.project_id, policy.id, generation)
    old_right = row.trust_id
    put(session, policy)
    base.flush(session, _taken(policy.name))
    shares.replace(session, policy)
    _follow_selector(session, policy, old_right)
    _set_nexts(
        session,
        policy,
        {'next_run_at': next_run_at, 'next_drill_at': next_drill_at},
    )
    task_holds.call_back(
        session,
        policy.updated_at,
        tables.Protection.policy_id == policy.id,
    )
    return dataclasses.replace(policy, generation=row.generation)


def _set_nexts(
    session: orm.Session,
    policy: model.Policy,
    given: dict[str, datetime.datetime | Keep | None],
) -> None:
    changes = {k: at for k, at in given.items() if at is not UNCHANGED}
    if changes:
        session.execute(
            sa.update(tables.Protection)
            .where(
                tables.Protection.policy_id == policy.id,
                tables.Protection.status == model.ProtectionStatus.ACTIVE,
                tables.Protection.ending_at.is_(None),
            )
            .values(**changes)
        )


def _follow_selector(
    session: orm.Session, policy: model.Policy, old_right: str | None
) -> None:
    table = tables.Protection
    if policy.selector is None:
        session.execute(
            sa.update(table)
            .where(table.policy_id == policy.id, table.selected.is_(True))
            .values(selected=False, generation=table.generation + 1)
        )
    elif old_right is not None and old_right != policy.trust_id:
        session.execute(
            sa.update(table)
            .where(
                table.project_id == policy.project_id,
                table.right_id == old_right,
            )
            .values(right_id=policy.trust_id, generation=table.generation + 1)
        )


@api.writer
def delete(
    session: orm.Session,
    project_id: str | None,
    policy_id: str,
    generation: int | None = None,
) -> None:
    """Remove a policy.

    :param generation: as it was read; None: whatever it is now
    :raises NotFound: there is none
    :raises Conflict: protections are under it
    :raises ChangedMeanwhile: it has another generation
    """
    row = _changed(session, project_id, policy_id, generation)
    shares.check_unused(session, row)
    used = session.scalar(
        sa.select(sa.func.count()).where(
            tables.Protection.policy_id == policy_id
        )
    )
    if used:
        raise errors.Conflict(
            f'{used} protections are under policy {row.name}: delete them or'
            ' put them under another'
        )
    shares.remove(session, [policy_id])
    name = row.name  # a failed statement takes the row away
    try:
        session.execute(
            sa.delete(tables.Policy).where(tables.Policy.id == policy_id)
        )
    except exception.DBReferenceError as error:  # one came this very moment
        raise errors.Conflict(f'policy {name} is in use') from error
