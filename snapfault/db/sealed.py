"""The encrypted secrets of application credentials."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables


@api.reader
def of_right(session: orm.Session, right_id: str) -> tuple[str, str] | None:
    """Give what is kept of an application credential: its id and secret.

    :returns: the secret is encrypted; None: nothing is kept
    """
    row = session.get(tables.Delegation, right_id)
    if row is None or row.credential_id is None or row.sealed is None:
        return None
    return row.credential_id, row.sealed


@api.reader
def by_right(session: orm.Session) -> dict[str, str]:
    """Give all encrypted secrets, by right."""
    table = tables.Delegation
    query = sa.select(table.id, table.sealed).where(table.sealed.is_not(None))
    return {row.id: str(row.sealed) for row in session.execute(query)}


@api.writer
def replace(
    session: orm.Session, right_id: str, was: str, closed: str
) -> bool:
    """Put an encrypted secret in the place of another.

    :returns: whether that was still there
    """
    table = tables.Delegation
    return base.swapped(
        session,
        sa.update(table)
        .where(table.id == right_id, table.sealed == was)
        .values(sealed=closed),
    )
