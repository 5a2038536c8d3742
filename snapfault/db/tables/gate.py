"""The table of the gate that automatic recoveries pass one at a time."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import base
from snapfault.db import columns


class Gate(base.Base):
    """One row. Who changes it is alone in the gate until the commit."""

    __tablename__ = 'recovery_gate'
    __table_args__ = columns.OPTIONS

    id: orm.Mapped[int] = orm.mapped_column(
        sa.Integer, primary_key=True, autoincrement=False
    )
    passed: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    #: When a storm was last seen to go on: it is alarmed of once.
    storm_at: orm.Mapped[datetime.datetime | None]
    #: When a budget last held a recovery.
    budget_at: orm.Mapped[datetime.datetime | None]
