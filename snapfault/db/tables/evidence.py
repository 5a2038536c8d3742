"""The table of evidence."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Evidence(base.Base):
    """One thing that is said of a service, however often."""

    __tablename__ = 'evidence'
    __table_args__ = (
        sa.UniqueConstraint(
            'protection_id', 'source', 'finding', name='evidence_finding'
        ),
        sa.Index('evidence_expires', 'expires_at'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str]
    source: orm.Mapped[str]
    finding: orm.Mapped[str]
    detail: orm.Mapped[str] = orm.mapped_column(sa.Text)
    first_at: orm.Mapped[datetime.datetime]
    last_at: orm.Mapped[datetime.datetime]
    count: orm.Mapped[int]
    expires_at: orm.Mapped[datetime.datetime]

    def to_model(self) -> model.Evidence:
        """Read the source into a value."""
        return model.Evidence(
            **base.values(self, model.Evidence)
            | {'source': model.Source(self.source)}
        )
