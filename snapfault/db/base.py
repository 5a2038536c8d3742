"""What all tables share: types, checked moves, and pages."""

import collections.abc
import dataclasses
import datetime
import json
import logging
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors

LOG = logging.getLogger(__name__)


class Utc(sa.types.TypeDecorator[datetime.datetime]):
    """An aware time in UTC, kept as a naive one to the microsecond."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> typing.Any:
        """Ask MySQL for microseconds, which it drops otherwise."""
        if dialect.name == 'mysql':
            from sqlalchemy.dialects import mysql

            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime())

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: sa.Dialect
    ) -> datetime.datetime | None:
        """Refuse a naive time: nobody knows what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f'{value} has no time zone')
        return value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: sa.Dialect
    ) -> datetime.datetime | None:
        """Give the time back aware."""
        return value and value.replace(tzinfo=datetime.UTC)


class Json(sa.types.TypeDecorator[typing.Any]):
    """A value kept as JSON text; NaN is refused, a broken row named."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(
        self, value: typing.Any, dialect: sa.Dialect
    ) -> str:
        """Write it in one way only, so that equal values are equal text."""
        return json.dumps(value, sort_keys=True, allow_nan=False)

    def process_result_value(
        self, value: str | None, dialect: sa.Dialect
    ) -> typing.Any:
        """Read it; text that is no JSON is given as it is.

        The row's ``to_model`` then fails on it, and names the row.
        """
        try:
            return json.loads(value or 'null')
        except ValueError:
            return value


class Base(orm.DeclarativeBase):
    """All tables of snapfault."""

    type_annotation_map: typing.ClassVar = {
        datetime.datetime: Utc,
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


def read_all(rows: collections.abc.Iterable[typing.Any]) -> list[typing.Any]:
    """Read many rows; a broken one is logged and left out."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except errors.SnapfaultError as error:
            LOG.error('%s', error)
    return found


def page(
    session: orm.Session,
    table: typing.Any,
    conditions: collections.abc.Iterable[typing.Any],
    limit: int,
    marker: str | None,
) -> list[typing.Any]:
    """List rows, newest first, from after the one with id ``marker``.

    :raises InvalidInput: there is no such row among them
    """
    query = sa.select(table).where(*conditions)
    if marker is not None:
        last = session.scalar(query.where(table.id == marker))
        if last is None:
            raise errors.InvalidInput(
                f'marker {marker} is not in the list: start again without'
            )
        query = query.where(
            sa.or_(
                table.created_at < last.created_at,
                sa.and_(
                    table.created_at == last.created_at, table.id < last.id
                ),
            )
        )
    query = query.order_by(table.created_at.desc(), table.id.desc())
    return read_all(session.scalars(query.limit(limit)))


def mine(table: typing.Any, project_id: str | None) -> list[typing.Any]:
    """Limit a query to a project; None means every project."""
    return [] if project_id is None else [table.project_id == project_id]


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


def values(source: typing.Any, kind: type) -> dict[str, typing.Any]:
    """Give the attributes that a class of the model names."""
    return {
        field.name: getattr(source, field.name)
        for field in dataclasses.fields(kind)
    }
