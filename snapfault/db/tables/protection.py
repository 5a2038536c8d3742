"""The table of protections."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Protection(base.Base):
    """One business service under a policy."""

    __tablename__ = 'protections'
    __table_args__ = (
        sa.UniqueConstraint(
            'project_id', 'business_id', name='protections_business'
        ),
        sa.UniqueConstraint(
            'project_id', 'server_id', name='protections_server'
        ),
        sa.Index('protections_page', 'project_id', 'created_at', 'id'),
        sa.Index('protections_due', 'next_run_at'),
        sa.Index('protections_drill', 'next_drill_at'),
        sa.Index('protections_right', 'trust_id'),
        sa.Index('protections_ending', 'ending_at'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    business_id: orm.Mapped[str]
    policy_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('policies.id', name='protections_policy')
    )
    server_id: orm.Mapped[str]
    image_id: orm.Mapped[str]
    #: Older workers know it by this name, and trusts alone.
    right_id: orm.Mapped[str] = orm.mapped_column('trust_id')
    status: orm.Mapped[str] = orm.mapped_column(server_default='active')
    selected: orm.Mapped[bool] = orm.mapped_column(server_default=sa.false())
    next_run_at: orm.Mapped[datetime.datetime | None]
    alarm: orm.Mapped[str] = orm.mapped_column(sa.Text)
    alarm_at: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]
    updated_at: orm.Mapped[datetime.datetime]
    webhook_hash: orm.Mapped[str | None]
    next_drill_at: orm.Mapped[datetime.datetime | None]
    delegation_kind: orm.Mapped[str] = orm.mapped_column(
        server_default='trust'
    )
    generation: orm.Mapped[int] = orm.mapped_column(
        server_default=sa.text('1')
    )
    ending_at: orm.Mapped[datetime.datetime | None]

    def to_model(self) -> model.Protection:
        """Read status and kind into values."""
        return model.Protection(
            **base.values(self, model.Protection)
            | {
                'status': model.ProtectionStatus(self.status),
                'delegation_kind': model.DelegationKind(self.delegation_kind),
            }
        )
