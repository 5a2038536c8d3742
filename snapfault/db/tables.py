"""The tables. One class a table; rows are read as values of the model."""

import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Policy(base.Base):
    """One policy; its rules are one JSON document."""

    __tablename__ = 'policies'
    __table_args__ = (
        sa.UniqueConstraint('project_id', 'name', name='policies_name'),
        sa.Index('policies_page', 'project_id', 'created_at', 'id'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    name: orm.Mapped[str]
    description: orm.Mapped[str] = orm.mapped_column(sa.Text)
    rules: orm.Mapped[typing.Any] = orm.mapped_column(columns.Json)
    created_at: orm.Mapped[datetime.datetime]
    updated_at: orm.Mapped[datetime.datetime]

    def to_model(self) -> model.Policy:
        """Read the rules back into values."""
        rules = self.rules
        return model.Policy(
            id=self.id,
            project_id=self.project_id,
            name=self.name,
            description=self.description,
            schedule=model.Schedule(**rules['schedule']),
            quota=model.Quota(**rules['quota']),
            thresholds=tuple(
                model.Threshold(model.Metric(**each['metric']), each['over'])
                for each in rules['thresholds']
            ),
            posture=model.Posture(rules['posture']),
            multipliers=dict(rules['multipliers']),
            rpo=rules['rpo'],
            recovery=model.RecoveryRules(**rules['recovery']),
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


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
    trust_id: orm.Mapped[str]
    next_run_at: orm.Mapped[datetime.datetime | None]
    alarm: orm.Mapped[str] = orm.mapped_column(sa.Text)
    alarm_at: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]
    updated_at: orm.Mapped[datetime.datetime]

    def to_model(self) -> model.Protection:
        """Copy the row."""
        return model.Protection(**base.values(self, model.Protection))


class Task(base.Base):
    """One due snapshot run."""

    __tablename__ = 'tasks'
    __table_args__ = (
        sa.UniqueConstraint('protection_id', 'scheduled_at', name='tasks_due'),
        sa.Index('tasks_page', 'project_id', 'created_at', 'id'),
        sa.Index('tasks_waiting', 'status', 'not_before'),
        sa.Index('tasks_held', 'claimed_by', 'status'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('protections.id', name='tasks_protection')
    )
    scheduled_at: orm.Mapped[datetime.datetime]
    status: orm.Mapped[str]
    attempts: orm.Mapped[int]
    not_before: orm.Mapped[datetime.datetime]
    generation: orm.Mapped[int]
    claimed_by: orm.Mapped[str | None]
    lease_until: orm.Mapped[datetime.datetime | None]
    weight: orm.Mapped[float | None]
    breakdown: orm.Mapped[typing.Any] = orm.mapped_column(columns.Json)
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    point_id: orm.Mapped[str | None]
    created_at: orm.Mapped[datetime.datetime]
    finished_at: orm.Mapped[datetime.datetime | None]

    def to_model(self) -> model.Task:
        """Read status and breakdown into values."""
        return model.Task(
            **base.values(self, model.Task)
            | {
                'status': model.TaskStatus(self.status),
                'breakdown': tuple(
                    model.Part(**each) for each in self.breakdown
                ),
            }
        )


class Point(base.Base):
    """One recovery point; ``sequence`` is the order of making."""

    __tablename__ = 'recovery_points'
    __table_args__ = (
        sa.UniqueConstraint('id', name='recovery_points_id'),
        sa.Index('recovery_points_page', 'project_id', 'created_at', 'id'),
        sa.Index('recovery_points_history', 'project_id', 'business_id'),
        sa.Index('recovery_points_status', 'status'),
        sa.Index('recovery_points_task', 'task_id'),
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
    status: orm.Mapped[str]
    server_id: orm.Mapped[str]
    image_id: orm.Mapped[str]
    flavor_id: orm.Mapped[str]
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    scheduled_at: orm.Mapped[datetime.datetime]
    created_at: orm.Mapped[datetime.datetime]
    completed_at: orm.Mapped[datetime.datetime | None]
    not_before: orm.Mapped[datetime.datetime | None]
    members: orm.Mapped[list['Member']] = orm.relationship(
        order_by='Member.position', lazy='selectin'
    )

    def to_model(self) -> model.RecoveryPoint:
        """Read the status and the members into values."""
        return model.RecoveryPoint(
            **base.values(self, model.RecoveryPoint)
            | {
                'status': model.PointStatus(self.status),
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
    device: orm.Mapped[str]
    tag: orm.Mapped[str | None]
    delete_on_termination: orm.Mapped[bool]
    snapshot_id: orm.Mapped[str | None]
    delete_attempts: orm.Mapped[int]

    def to_model(self) -> model.Member:
        """Copy the row."""
        return model.Member(**base.values(self, model.Member))


class Recovery(base.Base):
    """One run of stage 4; at most one open a server."""

    __tablename__ = 'recoveries'
    __table_args__ = (
        sa.UniqueConstraint('open_server_id', name='recoveries_open'),
        sa.Index('recoveries_page', 'project_id', 'created_at', 'id'),
        sa.Index('recoveries_status', 'status'),
        sa.Index('recoveries_protection', 'protection_id'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str]
    business_id: orm.Mapped[str]
    server_id: orm.Mapped[str]
    #: The server while the recovery is open, NULL afterwards: NULLs do not
    #: collide, so the unique key lets one open recovery a server through.
    open_server_id: orm.Mapped[str | None]
    status: orm.Mapped[str]
    cause: orm.Mapped[str] = orm.mapped_column(sa.Text)
    onset_at: orm.Mapped[datetime.datetime]
    evidence: orm.Mapped[typing.Any] = orm.mapped_column(columns.Json)
    point_id: orm.Mapped[str | None]
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    generation: orm.Mapped[int]
    claimed_by: orm.Mapped[str | None]
    lease_until: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]
    finished_at: orm.Mapped[datetime.datetime | None]
    steps: orm.Mapped[list['Step']] = orm.relationship(
        order_by='Step.position', lazy='selectin'
    )

    def to_model(self) -> model.Recovery:
        """Read the status and the journal into values."""
        return model.Recovery(
            **base.values(self, model.Recovery)
            | {
                'status': model.RecoveryStatus(self.status),
                'evidence': base.mapping(self.evidence),
                'steps': tuple(each.to_model() for each in self.steps),
            }
        )


class Step(base.Base):
    """One line of a recovery's journal."""

    __tablename__ = 'recovery_steps'
    __table_args__ = columns.OPTIONS

    recovery_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('recoveries.id', name='steps_recovery'),
        primary_key=True,
    )
    position: orm.Mapped[int] = orm.mapped_column(
        primary_key=True, autoincrement=False
    )
    phase: orm.Mapped[int]
    name: orm.Mapped[str]
    arguments: orm.Mapped[typing.Any] = orm.mapped_column(columns.Json)
    status: orm.Mapped[str]
    detail: orm.Mapped[str] = orm.mapped_column(sa.Text)
    started_at: orm.Mapped[datetime.datetime | None]
    finished_at: orm.Mapped[datetime.datetime | None]

    def to_model(self) -> model.StepRecord:
        """Read the status into a value."""
        return model.StepRecord(
            **base.values(self, model.StepRecord)
            | {
                'status': model.StepStatus(self.status),
                'arguments': base.mapping(self.arguments),
            }
        )
