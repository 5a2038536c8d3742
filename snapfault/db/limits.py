"""So much of a thing, and no more, in a project.

Whoever adds passes the project's gate first: a row that is changed, and by
that held, until the end of the transaction. Then what is there can be
counted, and of two who add the last one at once one is refused.
"""

import collections.abc
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import tables

_WORDS: typing.Final = {
    model.Limited.POLICIES: 'policies',
    model.Limited.PROTECTIONS: 'protections',
    model.Limited.PINNED: 'pinned recovery points',
}


def admit(
    session: orm.Session,
    project_id: str,
    limits: model.Limits,
    asked: collections.abc.Mapping[model.Limited, int],
) -> None:
    """See that a project may have so many more, until the commit.

    :param limits: of the project, as Keystone told before
    :param asked: how many more; what is not more needs no room
    :raises QuotaExceeded: it may not; says which, and how many there are
    """
    bounds = {
        each: limits.get(each, -1)
        for each, more in sorted(asked.items())
        if more > 0 and limits.get(each, -1) >= 0
    }
    if not bounds:
        return
    _pass(session, project_id)
    for each, bound in bounds.items():
        used = _count(session, project_id, each)
        if used + asked[each] > bound:
            raise errors.QuotaExceeded(
                f'the project may have {bound} {_WORDS[each]} ({each}), has'
                f' {used}, and {asked[each]} more are asked for: remove some,'
                ' or have an administrator raise the limit'
            )


def _pass(session: orm.Session, project_id: str) -> None:
    if _step(session, project_id):
        return
    first = tables.ProjectGate(project_id=project_id, passed=1)
    try:
        with session.begin_nested():
            session.add(first)
    except exception.DBDuplicateEntry:  # another came first
        _step(session, project_id)


def _step(session: orm.Session, project_id: str) -> bool:
    table = tables.ProjectGate
    result = session.execute(
        sa.update(table)
        .where(table.project_id == project_id)
        .values(passed=table.passed + 1)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, sa.CursorResult)  # narrows the type
    return result.rowcount == 1


def _count(session: orm.Session, project_id: str, what: model.Limited) -> int:
    table: typing.Any = {
        model.Limited.POLICIES: tables.Policy,
        model.Limited.PROTECTIONS: tables.Protection,
        model.Limited.PINNED: tables.Point,
    }[what]
    query = sa.select(sa.func.count()).where(table.project_id == project_id)
    if what is model.Limited.PINNED:
        query = query.where(table.pinned.is_(True))
    return session.scalar(query) or 0
