"""Tasks that fall due: one a run, however many workers look."""

import collections.abc
import datetime
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables
from snapfault.db import tasks


class Due(typing.Protocol):
    """A protection whose next run has come, as the trigger's plan says."""

    @property
    def protection_id(self) -> str:
        """Whose run it is."""

    @property
    def was(self) -> datetime.datetime:
        """Its ``next_run_at``, as it was read."""

    @property
    def scheduled_at(self) -> datetime.datetime:
        """The run that is due."""

    @property
    def next_run_at(self) -> datetime.datetime | None:
        """The one after it; None: there is none."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the schedules that fell due together; empty: nothing is run."""

    @property
    def deadline_at(self) -> datetime.datetime | None:
        """When it is missed if it has not begun; None: never."""


WAITING: typing.Final = model.TaskStatus.WAITING
_Dues = collections.abc.Mapping[str, Due]  #: by protection


@api.writer
def schedule(
    session: orm.Session,
    dues: collections.abc.Collection[Due],
    now: datetime.datetime,
) -> list[model.Task]:
    """Move next runs on and insert the tasks that fall due, once each.

    Each protection is won by compare-and-swap on ``next_run_at``. One whose
    last task is still open gets no other: the run is collapsed into it, and
    its labels with it. Only when that one has begun without one of the
    labels does the run stay due until its end.
    The statements are a fixed number for 500 protections.
    """
    by_id = {due.protection_id: due for due in dues}
    made: list[model.Task] = []
    for ids in base.chunks(by_id):
        made += _schedule(session, {each: by_id[each] for each in ids}, now)
    return sorted(made, key=lambda task: (task.scheduled_at, task.id))


def _schedule(
    session: orm.Session, dues: _Dues, now: datetime.datetime
) -> list[model.Task]:
    locked = tasks.lock(session, dues)
    won = {
        each: due
        for each, due in dues.items()
        if each in locked and locked[each].next_run_at == due.was
    }
    if not won:
        return []
    opened = _open(session, won)
    joining = {
        each: task
        for each, task in opened.items()
        if not set(won[each].labels) <= set(task.labels)
    }
    stay = {each for each, task in joining.items() if task.status != WAITING}
    taken = opened.keys() | _made(session, won)
    made = [
        tasks.new(
            locked[each], due.scheduled_at, now, due.labels, due.deadline_at
        )
        for each, due in won.items()
        if due.labels and each not in taken
    ]
    _move_on(session, {e: due for e, due in won.items() if e not in stay})
    _insert(session, made)
    _join(
        session,
        {
            task.id: (*task.labels, *won[each].labels)
            for each, task in joining.items()
            if each not in stay
        },
    )
    return made


def _open(
    session: orm.Session, protection_ids: collections.abc.Iterable[str]
) -> dict[str, tables.Task]:
    """Keep their open tasks as they are until the end, by protection."""
    rows = session.scalars(
        sa.select(tables.Task)
        .where(
            tables.Task.protection_id.in_(protection_ids),
            tables.Task.status.in_(tasks.OPEN),
        )
        .order_by(tables.Task.id)
        .with_for_update()
    )
    return {row.protection_id: row for row in rows}


def _made(session: orm.Session, dues: _Dues) -> set[str]:
    """Find those that have a task of this very run, though it is closed."""
    rows = session.execute(
        sa.select(tables.Task.protection_id, tables.Task.scheduled_at).where(
            tables.Task.protection_id.in_(dues),
            tables.Task.scheduled_at.in_(
                {due.scheduled_at for due in dues.values()}
            ),
        )
    )
    return {
        row.protection_id
        for row in rows
        if row.scheduled_at == dues[row.protection_id].scheduled_at
    }


def _move_on(session: orm.Session, dues: _Dues) -> None:
    if dues:
        session.execute(
            sa.update(tables.Protection),
            [
                {'id': each, 'next_run_at': due.next_run_at}
                for each, due in dues.items()
            ],
        )


def _insert(session: orm.Session, made: list[model.Task]) -> None:
    if not made:
        return
    try:
        session.execute(
            sa.insert(tables.Task),
            [base.values(task, model.Task) for task in made],
        )
    except exception.DBDuplicateEntry as error:
        # Only where row locks do not hold, between the nodes of a Galera
        # cluster: look again.
        raise exception.RetryRequest(error) from error


def _join(
    session: orm.Session,
    labels: collections.abc.Mapping[str, collections.abc.Iterable[str]],
) -> None:
    """Give waiting tasks more labels; who has read one reads it again."""
    table = tables.Task.metadata.tables[tables.Task.__tablename__]
    if labels:
        session.connection().execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam('task'))
            .values(
                labels=sa.bindparam('all'),
                generation=table.c.generation + 1,
            ),
            [
                {'task': each, 'all': list(dict.fromkeys(found))}
                for each, found in labels.items()
            ],
        )
