"""The table of workers."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Worker(base.Base):
    """One process that works, or has worked."""

    __tablename__ = 'workers'
    __table_args__ = (
        sa.Index('workers_seen', 'seen_at'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    host: orm.Mapped[str]
    pid: orm.Mapped[int]
    version: orm.Mapped[str]
    lease: orm.Mapped[int]
    started_at: orm.Mapped[datetime.datetime]
    seen_at: orm.Mapped[datetime.datetime]
    stopped_at: orm.Mapped[datetime.datetime | None]

    def to_model(self) -> model.Worker:
        """Copy the row."""
        return model.Worker(**base.values(self, model.Worker))
