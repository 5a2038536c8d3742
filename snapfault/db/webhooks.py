"""Whether a protection has a webhook, and by which secret."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables


@api.writer
def set_hash(
    session: orm.Session,
    project_id: str | None,
    protection_id: str,
    webhook_hash: str | None,
) -> None:
    """Give a protection a webhook, another one, or none.

    :raises NotFound: the project has no such protection
    """
    changed = base.swapped(
        session,
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            *base.mine(tables.Protection, project_id),
        )
        .values(
            webhook_hash=webhook_hash,
            generation=tables.Protection.generation + 1,
        ),
    )
    if not changed:
        raise errors.NotFound(f'there is no protection {protection_id}')


@api.reader
def find(
    session: orm.Session, protection_id: str
) -> tuple[str | None, model.Protection | None]:
    """Give the hash of a protection's secret, and the protection.

    Both are None where there is none, or no webhook.
    """
    row = session.scalar(
        sa.select(tables.Protection).where(
            tables.Protection.id == protection_id,
            tables.Protection.webhook_hash.is_not(None),
        )
    )
    if row is None:
        return None, None
    return row.webhook_hash, base.read(row)
