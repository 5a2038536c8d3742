"""The table of what recoveries keep in quarantine."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Kept(base.Base):
    """One volume or snapshot that a recovery keeps."""

    __tablename__ = 'kept_resources'
    __table_args__ = (
        sa.UniqueConstraint(
            'recovery_id', 'resource_id', name='kept_resources_resource'
        ),
        sa.Index('kept_resources_due', 'status', 'keep_until'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str]
    recovery_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('recoveries.id', name='kept_recovery')
    )
    kind: orm.Mapped[str]
    resource_id: orm.Mapped[str]
    device: orm.Mapped[str]
    tag: orm.Mapped[str | None]
    delete_on_termination: orm.Mapped[bool]
    status: orm.Mapped[str]
    keep_until: orm.Mapped[datetime.datetime]
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    attempts: orm.Mapped[int]
    not_before: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]

    def to_model(self) -> model.Kept:
        """Read kind and status into values."""
        return model.Kept(
            **base.values(self, model.Kept)
            | {
                'kind': model.KeptKind(self.kind),
                'status': model.KeptStatus(self.status),
            }
        )
