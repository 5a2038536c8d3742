"""Pages of a list: in which order, and from after which row."""

import collections.abc
import dataclasses
import operator
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault.db import base


@dataclasses.dataclass(frozen=True)
class Order:
    """In which order rows are listed.

    Those alike go by the moment they were made and then by id, in the same
    direction. A page begins after a row, so each key needs an index of these
    columns, behind the project's, and is never null.
    """

    key: str  #: a column
    is_descending: bool


NEWEST: typing.Final = Order('created_at', is_descending=True)


def page(
    session: orm.Session,
    table: typing.Any,
    conditions: collections.abc.Iterable[typing.Any],
    limit: int,
    marker: str | None,
    order: Order,
) -> list[typing.Any]:
    """List rows in an order, from after the one with id ``marker``.

    :raises InvalidInput: there is no such row among them
    """
    names = dict.fromkeys((order.key, 'created_at', 'id'))
    columns = [getattr(table, name) for name in names]
    query = sa.select(table).where(*conditions)
    if marker is not None:
        last = session.execute(
            sa.select(*columns).where(*conditions, table.id == marker)
        ).first()
        if last is None:
            raise errors.InvalidInput(
                f'marker {marker} is not in the list: start again without'
            )
        query = query.where(*_after(columns, last, order))
    query = query.order_by(
        *(each.desc() if order.is_descending else each for each in columns)
    )
    return base.first(session, query, limit)


def _after(
    columns: collections.abc.Sequence[typing.Any],
    last: collections.abc.Sequence[typing.Any],
    order: Order,
) -> list[sa.ColumnElement[bool]]:
    """Match what comes after a row.

    The first condition follows from the second: by it every database begins
    to read its index there.
    """
    beyond = operator.lt if order.is_descending else operator.gt
    until = operator.le if order.is_descending else operator.ge
    pairs = list(zip(columns, last, strict=True))
    steps = [
        sa.and_(
            *(column == value for column, value in pairs[:position]),
            beyond(*pairs[position]),
        )
        for position in range(len(pairs))
    ]
    return [until(*pairs[0]), sa.or_(*steps)]
