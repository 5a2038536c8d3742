"""The tables of recoveries and their journals."""

import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Recovery(base.Base):
    """One run of stage 4; at most one open a server."""

    __tablename__ = 'recoveries'
    __table_args__ = (
        sa.UniqueConstraint('open_server_id', name='recoveries_open'),
        sa.Index('recoveries_page', 'project_id', 'created_at', 'id'),
        sa.Index(
            'recoveries_business',
            *('project_id', 'business_id', 'created_at', 'id'),
        ),
        sa.Index('recoveries_status', 'status'),
        sa.Index('recoveries_finished', 'finished_at'),
        sa.Index('recoveries_created', 'created_at'),
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
    kind: orm.Mapped[str] = orm.mapped_column(server_default='restore')
    origin_id: orm.Mapped[str | None]
    automatic: orm.Mapped[bool] = orm.mapped_column(server_default=sa.false())
    host_id: orm.Mapped[str] = orm.mapped_column(server_default=sa.text("''"))
    before_at: orm.Mapped[datetime.datetime | None]
    point_named: orm.Mapped[bool] = orm.mapped_column(
        server_default=sa.false()
    )
    keep_volumes: orm.Mapped[bool] = orm.mapped_column(
        server_default=sa.false()
    )
    abort_asked: orm.Mapped[bool] = orm.mapped_column(
        server_default=sa.false()
    )
    steps: orm.Mapped[list['Step']] = orm.relationship(
        order_by='Step.position', lazy='selectin'
    )
    attempts: orm.Mapped[list['Attempt']] = orm.relationship(
        order_by='Attempt.number', lazy='selectin'
    )

    def to_model(self) -> model.Recovery:
        """Read the status and the journal into values."""
        return model.Recovery(
            **base.values(self, model.Recovery)
            | {
                'status': model.RecoveryStatus(self.status),
                'evidence': base.mapping(self.evidence),
                'kind': model.RecoveryKind(self.kind),
                'steps': tuple(each.to_model() for each in self.steps),
                'attempts': tuple(each.to_model() for each in self.attempts),
            }
        )


class Attempt(base.Base):
    """One plan of a recovery."""

    __tablename__ = 'recovery_attempts'
    __table_args__ = columns.OPTIONS

    recovery_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('recoveries.id', name='attempts_recovery'),
        primary_key=True,
    )
    number: orm.Mapped[int] = orm.mapped_column(
        primary_key=True, autoincrement=False
    )
    way: orm.Mapped[str]
    point_id: orm.Mapped[str | None]
    status: orm.Mapped[str]
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    started_at: orm.Mapped[datetime.datetime]
    finished_at: orm.Mapped[datetime.datetime | None]

    def to_model(self) -> model.Attempt:
        """Read way and status into values."""
        return model.Attempt(
            **base.values(self, model.Attempt)
            | {
                'way': model.Way(self.way),
                'status': model.AttemptStatus(self.status),
            }
        )


class RecoveryEvent(base.Base):
    """One thing that people are told of a recovery."""

    __tablename__ = 'recovery_events'
    __table_args__ = columns.OPTIONS

    recovery_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('recoveries.id', name='events_recovery'),
        primary_key=True,
    )
    number: orm.Mapped[int] = orm.mapped_column(
        primary_key=True, autoincrement=False
    )
    at: orm.Mapped[datetime.datetime]
    status: orm.Mapped[str]
    text: orm.Mapped[str] = orm.mapped_column(sa.Text)

    @property
    def id(self) -> str:
        """Name the row, for who has to mend it."""
        return f'{self.recovery_id}/{self.number}'

    def to_model(self) -> model.RecoveryEvent:
        """Read the status into a value."""
        return model.RecoveryEvent(
            **base.values(self, model.RecoveryEvent)
            | {'status': model.RecoveryStatus(self.status)}
        )


class Line(base.Base):
    """What the journals of recoveries and drills have in common."""

    __abstract__ = True

    position: orm.Mapped[int] = orm.mapped_column(
        primary_key=True, autoincrement=False
    )
    attempt: orm.Mapped[int] = orm.mapped_column(server_default='0')
    phase: orm.Mapped[int]
    name: orm.Mapped[str]
    arguments: orm.Mapped[typing.Any] = orm.mapped_column(columns.Json)
    status: orm.Mapped[str]
    detail: orm.Mapped[str] = orm.mapped_column(sa.Text)
    started_at: orm.Mapped[datetime.datetime | None]
    finished_at: orm.Mapped[datetime.datetime | None]
    request_ids: orm.Mapped[columns.LabelList]

    def to_model(self) -> model.StepRecord:
        """Read the status into a value."""
        return model.StepRecord(
            **base.values(self, model.StepRecord)
            | {
                'status': model.StepStatus(self.status),
                'arguments': base.mapping(self.arguments),
                'request_ids': base.texts(self.request_ids),
            }
        )


class Step(Line):
    """One line of a recovery's journal."""

    __tablename__ = 'recovery_steps'
    __table_args__ = columns.OPTIONS

    recovery_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('recoveries.id', name='steps_recovery'),
        primary_key=True,
    )
