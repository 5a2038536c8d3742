"""Policies that one project publishes and others use.

Who puts a protection under a policy holds its row fast for reading, and who
takes it back holds it for writing, so that no protection is ever under a
policy that its project may not see.
"""

import collections.abc
import dataclasses
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import document
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import base
from snapfault.db import tables

#: Gives what falls due next by some rules, as a protection names it.
Plan = collections.abc.Callable[
    [rules.Rules], collections.abc.Mapping[str, typing.Any]
]


def visible(project_id: str | None) -> list[sa.ColumnElement[bool]]:
    """Limit a query of policies to what a project may use; None: to none."""
    if project_id is None:
        return []
    shared = sa.select(tables.PolicyShare.policy_id).where(
        tables.PolicyShare.project_id.in_([project_id, model.ALL_PROJECTS])
    )
    return [
        sa.or_(
            tables.Policy.project_id == project_id,
            tables.Policy.id.in_(shared),
        )
    ]


def hold(session: orm.Session, project_id: str, policy_id: str) -> object:
    """See that a project may use a policy, until the end of the transaction.

    Two statements: the second sees what was committed while the first
    waited.

    :returns: its rules, as their column has them
    :raises NotFound: there is none, or it is another's and not shared
    """
    session.execute(
        sa.select(tables.Policy.id)
        .where(tables.Policy.id == policy_id)
        .with_for_update(read=True)
    )
    found = session.scalar(
        sa.select(tables.Policy.rules).where(
            tables.Policy.id == policy_id, *visible(project_id)
        )
    )
    if found is None:
        raise errors.NotFound(f'there is no policy {policy_id}')
    return found


def place(
    session: orm.Session, protection: model.Protection, plan: Plan | None
) -> model.Protection:
    """Hold the policy of a protection, and plan by it as it stands then.

    Whoever changes it later finds the protection, and plans for it.

    :raises NotFound: as :func:`hold`
    """
    found = hold(session, protection.project_id, protection.policy_id)
    if plan is None:
        return protection
    preset = rules.Rules(**document.read(base.mapping(found)))
    return dataclasses.replace(protection, **plan(preset))


def replace(session: orm.Session, policy: model.Policy) -> None:
    """Share a policy, whose row is held fast, with these projects only.

    :raises Conflict: one that would lose it uses it
    """
    table = tables.PolicyShare
    if model.ALL_PROJECTS not in policy.shared_with:
        check_unused(session, policy, policy.shared_with)
    session.execute(sa.delete(table).where(table.policy_id == policy.id))
    session.add_all(
        table(policy_id=policy.id, project_id=each)
        for each in policy.shared_with
    )
    session.flush()


def check_unused(
    session: orm.Session,
    policy: model.Policy | tables.Policy,
    spared: collections.abc.Collection[str] = (),
) -> None:
    """Refuse to take a policy from other projects that use it.

    :param spared: those that keep it
    :raises Conflict: says how many protections of how many projects
    """
    protections, projects = _in_use(session, policy, spared)
    if protections:
        raise errors.Conflict(
            f'{protections} protections of {projects} other projects are'
            f' under policy {policy.name}: it stays shared with them until'
            ' they are under another, or are deleted'
        )


def _in_use(
    session: orm.Session,
    policy: model.Policy | tables.Policy,
    spared: collections.abc.Collection[str],
) -> tuple[int, int]:
    table = tables.Protection
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(sa.distinct(table.project_id)),
        ).where(
            table.policy_id == policy.id,
            table.project_id.not_in([policy.project_id, *spared]),
        )
    ).one()
    return typing.cast('tuple[int, int]', tuple(row))


def remove(
    session: orm.Session, policy_ids: collections.abc.Collection[str]
) -> None:
    """Share policies, which are about to go, with nobody any more."""
    session.execute(
        sa.delete(tables.PolicyShare).where(
            tables.PolicyShare.policy_id.in_(policy_ids)
        )
    )
