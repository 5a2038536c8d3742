"""What all tables share: reading rows, and checked moves."""

import collections.abc
import dataclasses
import datetime
import itertools
import logging
import operator
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault.db import columns

LOG = logging.getLogger(__name__)
Service = tuple[str, str]  #: project id and business id
CHUNK: typing.Final = 500  #: SQLite nests no deeper than 1000 ORs


class Base(orm.DeclarativeBase):
    """All tables of snapfault."""

    type_annotation_map: typing.ClassVar = {
        datetime.datetime: columns.Utc,
        str: sa.String(255),
    }


def read(row: typing.Any) -> typing.Any:
    """Read a row as a value of the model.

    :raises SnapfaultError: the row is broken; table and id are named
    """
    try:
        return row.to_model()
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        LookupError,
    ) as error:
        raise errors.SnapfaultError(
            f'row {row.id} of table {row.__tablename__} cannot be read'
            f' ({error}): mend or delete it'
        ) from error


def first(
    session: orm.Session, query: sa.Select[typing.Any], limit: int
) -> list[typing.Any]:
    """Read the first ``limit`` sound rows of an ordered query.

    Broken ones take no place, so that a heap of them starves nobody.
    """
    found: list[typing.Any] = []
    seen = 0
    while len(found) < limit:
        wanted = limit - len(found)
        rows = session.scalars(query.limit(wanted).offset(seen)).all()
        found += read_all(rows)
        seen += len(rows)
        if len(rows) < wanted:
            break
    return found


def read_all(rows: collections.abc.Iterable[typing.Any]) -> list[typing.Any]:
    """Read many rows; a broken one is logged and left out."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except errors.SnapfaultError as error:
            LOG.error('%s', error)
    return found


def mine(table: typing.Any, project_id: str | None) -> list[typing.Any]:
    """Limit a query to a project; None means every project."""
    return [] if project_id is None else [table.project_id == project_id]


def of_services(
    table: typing.Any, services: collections.abc.Iterable[Service]
) -> collections.abc.Iterator[sa.ColumnElement[bool]]:
    """Match the rows of these business services, so many at a time.

    One arm a project: a list of pairs would say the same, but neither
    SQLite nor MariaDB looks one up in an index.
    """
    ordered = sorted(set(services))
    for start in range(0, len(ordered), CHUNK):
        grouped = itertools.groupby(
            ordered[start : start + CHUNK], operator.itemgetter(0)
        )
        yield sa.or_(
            *(
                sa.and_(
                    table.project_id == project_id,
                    table.business_id.in_([each[1] for each in of_project]),
                )
                for project_id, of_project in grouped
            )
        )


def one(
    session: orm.Session,
    table: typing.Any,
    project_id: str | None,
    wanted: str,
    noun: str,
) -> typing.Any:
    """Find the row of an id.

    :param noun: what people call it
    :raises NotFound: the project has none of that id
    """
    row = session.scalar(
        sa.select(table).where(table.id == wanted, *mine(table, project_id))
    )
    if row is None:
        raise errors.NotFound(f'there is no {noun} {wanted}')
    return row


def equal(table: typing.Any, **values: typing.Any) -> list[typing.Any]:
    """Limit a query to given values; None means any."""
    return [
        getattr(table, name) == value
        for name, value in values.items()
        if value is not None
    ]


def swapped(session: orm.Session, swap: sa.Update) -> bool:
    """Carry out a compare-and-swap and say whether it was won."""
    result = session.execute(swap)
    assert isinstance(result, sa.CursorResult)  # narrows the type
    return result.rowcount == 1


def check_move(
    moves: collections.abc.Mapping[typing.Any, collections.abc.Set[object]],
    was: typing.Any,
    now: typing.Any,
) -> None:
    """Refuse a move that the status's table does not allow.

    :raises Conflict: it does not
    """
    if now != was and now not in moves[was]:
        raise errors.Conflict(f'it is {was} and cannot become {now}')


def flush(session: orm.Session, taken: str) -> None:
    """Write what was added.

    :raises Conflict: a unique key holds it already; ``taken`` says so
    """
    try:
        session.flush()
    except exception.DBDuplicateEntry as error:
        raise errors.Conflict(taken) from error


def chunks(
    ids: collections.abc.Iterable[str], size: int = 500
) -> collections.abc.Iterator[list[str]]:
    """Cut ids into lists that a statement's parameters can hold."""
    ordered = sorted(set(ids))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


#: The names of the times in the model.
_TIMES: typing.Final = frozenset(
    {
        'alarm_at',
        'at',
        'before_at',
        'completed_at',
        'created_at',
        'deadline_at',
        'ending_at',
        'expires_at',
        'finished_at',
        'first_at',
        'keep_until',
        'last_at',
        'lease_until',
        'next_drill_at',
        'next_run_at',
        'not_before',
        'onset_at',
        'proof_at',
        'scheduled_at',
        'seen_at',
        'started_at',
        'stopped_at',
        'updated_at',
    }
)


def values(source: typing.Any, kind: type) -> dict[str, typing.Any]:
    """Give the attributes that a class of the model names.

    :raises ValueError: a time is none
    """
    found = {
        field.name: getattr(source, field.name)
        for field in dataclasses.fields(kind)
    }
    for name, value in found.items():
        if name in _TIMES and isinstance(value, str):
            raise ValueError(f'{name} is not a time: {value!r}')
    return found


def mapping(value: typing.Any) -> dict[str, typing.Any]:
    """Take a value that must be a JSON object.

    :raises ValueError: it is none
    """
    if not isinstance(value, dict):
        raise ValueError(f'not a mapping: {value!r}')
    return value


def texts(value: typing.Any) -> tuple[str, ...]:
    """Take a value that must be a JSON array of texts.

    :raises ValueError: it is none
    """
    if not isinstance(value, list) or not all(
        isinstance(each, str) for each in value
    ):
        raise ValueError(f'not a list of texts: {value!r}')
    return tuple(value)
