"""Which rows act by a trust: one that several share ends with the last."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import api
from snapfault.db import tables


@api.reader
def is_used(session: orm.Session, trust_id: str) -> bool:
    """Whether a policy or a protection refers to a trust.

    Once none does none ever will: a row takes its trust from its maker, who
    has just made it, or from a policy that it holds fast meanwhile.
    """
    return any(
        session.scalar(
            sa.select(table.id).where(table.trust_id == trust_id).limit(1)
        )
        is not None
        for table in (tables.Protection, tables.Policy)
    )
