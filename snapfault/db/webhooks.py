"""Whether a protection has a webhook, and by which secret."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import generations
from snapfault.db import removal
from snapfault.db import tables


@api.writer
def set_hash(
    session: orm.Session,
    protection: model.Protection,
    webhook_hash: str | None,
) -> None:
    """Give a protection, as it was read, a webhook, another one, or none.

    :raises NotFound: there is no such protection any more
    :raises Conflict: it ends
    :raises ChangedMeanwhile: it has another generation
    """
    row = generations.changed(
        session,
        tables.Protection,
        protection.project_id,
        protection.id,
        'protection',
        protection.generation,
    )
    removal.check_stays(row.business_id, row.ending_at)
    row.webhook_hash = webhook_hash


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
