"""Generations: how often people changed a row, and on what they decided."""

import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault.db import base
from snapfault.db import tables


def changed(
    session: orm.Session,
    table: typing.Any,
    project_id: str | None,
    wanted: str,
    noun: str,
    generation: int | None,
) -> typing.Any:
    """Count a change of a row, which is locked from then on; give the row.

    :param generation: as it was read; None: whatever it is now
    :raises NotFound: the project has none of that id
    :raises ChangedMeanwhile: it has another generation
    """
    swap = sa.update(table).where(
        table.id == wanted,
        *base.mine(table, project_id),
        *base.equal(table, generation=generation),
    )
    won = base.swapped(session, swap.values(generation=table.generation + 1))
    row = base.one(session, table, project_id, wanted, noun)
    if not won:
        raise errors.ChangedMeanwhile(
            f'{noun} {wanted} was changed meanwhile: read it again, and'
            ' decide anew'
        )
    return row


def of_point(
    session: orm.Session, point_id: str, generation: int | None
) -> int:
    """Count a change of a recovery point, as :func:`changed`; give the new.

    :raises NotFound: there is none
    :raises ChangedMeanwhile: it has another generation
    """
    noun = 'recovery point'
    row = changed(session, tables.Point, None, point_id, noun, generation)
    return int(row.generation)
