"""The table of tasks."""

import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Task(base.Base):
    """One due snapshot run."""

    __tablename__ = 'tasks'
    __table_args__ = (
        sa.UniqueConstraint('protection_id', 'scheduled_at', name='tasks_due'),
        sa.Index('tasks_page', 'project_id', 'created_at', 'id'),
        sa.Index(
            'tasks_scheduled', 'project_id', 'scheduled_at', 'created_at', 'id'
        ),
        sa.Index('tasks_waiting', 'status', 'not_before'),
        sa.Index('tasks_deadline', 'status', 'deadline_at'),
        sa.Index('tasks_held', 'claimed_by', 'status'),
        sa.Index('tasks_finished', 'finished_at'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('protections.id', name='tasks_protection')
    )
    scheduled_at: orm.Mapped[datetime.datetime]
    labels: orm.Mapped[columns.LabelList]
    deadline_at: orm.Mapped[datetime.datetime | None]
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
    by_hand: orm.Mapped[bool] = orm.mapped_column(server_default=sa.false())

    def to_model(self) -> model.Task:
        """Read status and breakdown into values."""
        return model.Task(
            **base.values(self, model.Task)
            | {
                'labels': base.texts(self.labels),
                'status': model.TaskStatus(self.status),
                'breakdown': tuple(
                    model.Part(**each) for each in self.breakdown
                ),
            }
        )
