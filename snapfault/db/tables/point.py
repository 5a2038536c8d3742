"""The tables of recovery points and their members."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault import rules
from snapfault.db import base
from snapfault.db import columns


class Point(base.Base):
    """One recovery point; ``sequence`` is the order of making."""

    __tablename__ = 'recovery_points'
    __table_args__ = (
        sa.UniqueConstraint('id', name='recovery_points_id'),
        sa.Index('recovery_points_page', 'project_id', 'created_at', 'id'),
        sa.Index(
            'recovery_points_scheduled',
            *('project_id', 'scheduled_at', 'created_at', 'id'),
        ),
        sa.Index(
            'recovery_points_business',
            *('project_id', 'business_id', 'created_at', 'id'),
        ),
        sa.Index('recovery_points_history', 'project_id', 'business_id'),
        sa.Index('recovery_points_status', 'status'),
        sa.Index('recovery_points_task', 'task_id'),
        sa.Index('recovery_points_completed', 'completed_at'),
        columns.OPTIONS,
    )

    sequence: orm.Mapped[int] = orm.mapped_column(
        sa.BigInteger().with_variant(sa.Integer, 'sqlite'),
        primary_key=True,
        autoincrement=True,
    )
    id: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str]
    business_id: orm.Mapped[str]
    task_id: orm.Mapped[str]
    labels: orm.Mapped[columns.LabelList]
    status: orm.Mapped[str]
    pinned: orm.Mapped[bool] = orm.mapped_column(server_default=sa.false())
    level: orm.Mapped[str] = orm.mapped_column(server_default='crash')
    level_reason: orm.Mapped[str] = orm.mapped_column(
        sa.String(1000), server_default=sa.text("''")
    )
    skew: orm.Mapped[float | None]
    group_snapshot_id: orm.Mapped[str | None]
    root_image_id: orm.Mapped[str | None]
    root_image: orm.Mapped[bool] = orm.mapped_column(server_default=sa.false())
    power: orm.Mapped[str] = orm.mapped_column(server_default='left')
    asked_at: orm.Mapped[datetime.datetime | None]
    server_id: orm.Mapped[str]
    image_id: orm.Mapped[str]
    flavor_id: orm.Mapped[str]
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    scheduled_at: orm.Mapped[datetime.datetime]
    created_at: orm.Mapped[datetime.datetime]
    completed_at: orm.Mapped[datetime.datetime | None]
    not_before: orm.Mapped[datetime.datetime | None]
    proof: orm.Mapped[str] = orm.mapped_column(server_default='none')
    proof_at: orm.Mapped[datetime.datetime | None]
    rto: orm.Mapped[float | None]
    generation: orm.Mapped[int] = orm.mapped_column(
        server_default=sa.text('1')
    )
    members: orm.Mapped[list['Member']] = orm.relationship(
        order_by='Member.position', lazy='selectin'
    )

    def to_model(self) -> model.RecoveryPoint:
        """Read the status and the members into values."""
        return model.RecoveryPoint(
            **base.values(self, model.RecoveryPoint)
            | {
                'labels': base.texts(self.labels),
                'status': model.PointStatus(self.status),
                'level': rules.Level(self.level),
                'power': model.Power(self.power),
                'proof': model.Proof(self.proof),
                'members': tuple(each.to_model() for each in self.members),
            }
        )


class Member(base.Base):
    """One volume's snapshot within a recovery point."""

    __tablename__ = 'recovery_point_members'
    __table_args__ = (
        sa.Index('recovery_point_members_point', 'point_id'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    point_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('recovery_points.id', name='members_point')
    )
    position: orm.Mapped[int]
    volume_id: orm.Mapped[str]
    size: orm.Mapped[int]
    volume_type: orm.Mapped[str | None]
    device: orm.Mapped[str]
    tag: orm.Mapped[str | None]
    delete_on_termination: orm.Mapped[bool]
    snapshot_id: orm.Mapped[str | None]
    delete_attempts: orm.Mapped[int]
    root: orm.Mapped[bool] = orm.mapped_column(server_default=sa.false())

    def to_model(self) -> model.Member:
        """Copy the row."""
        return model.Member(**base.values(self, model.Member))
