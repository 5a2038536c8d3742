"""Alarms of protections that end by themselves."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import api
from snapfault.db import tables


@api.writer
def clear(session: orm.Session, protection_id: str, beginning: str) -> None:
    """Take an alarm back, unless another has replaced it.

    :param beginning: what the alarm that is over begins with
    """
    session.execute(
        sa.update(tables.Protection)
        .where(
            tables.Protection.id == protection_id,
            tables.Protection.alarm.startswith(beginning, autoescape=True),
        )
        .values(alarm='', alarm_at=None)
    )
