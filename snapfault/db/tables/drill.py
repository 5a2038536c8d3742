"""The tables of drills and their journals."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns
from snapfault.db.tables import recovery


class Drill(base.Base):
    """One rehearsal; at most one open a protection."""

    __tablename__ = 'drills'
    __table_args__ = (
        sa.UniqueConstraint('open_protection_id', name='drills_open'),
        sa.Index('drills_page', 'project_id', 'created_at', 'id'),
        sa.Index(
            'drills_business', 'project_id', 'business_id', 'created_at', 'id'
        ),
        sa.Index('drills_status', 'status'),
        sa.Index('drills_protection', 'protection_id'),
        sa.Index('drills_finished', 'finished_at'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(sa.String(36), primary_key=True)
    project_id: orm.Mapped[str]
    protection_id: orm.Mapped[str]
    #: The protection while the drill is open, NULL afterwards.
    open_protection_id: orm.Mapped[str | None]
    business_id: orm.Mapped[str]
    status: orm.Mapped[str]
    cause: orm.Mapped[str] = orm.mapped_column(sa.Text)
    point_id: orm.Mapped[str | None]
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    generation: orm.Mapped[int]
    claimed_by: orm.Mapped[str | None]
    lease_until: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]
    started_at: orm.Mapped[datetime.datetime | None]
    finished_at: orm.Mapped[datetime.datetime | None]
    took: orm.Mapped[float | None]
    outcome: orm.Mapped[str | None]
    steps: orm.Mapped[list['DrillStep']] = orm.relationship(
        order_by='DrillStep.position', lazy='selectin'
    )

    def to_model(self) -> model.Drill:
        """Read the status and the journal into values."""
        return model.Drill(
            **base.values(self, model.Drill)
            | {
                'status': model.DrillStatus(self.status),
                'outcome': self.outcome and model.DrillStatus(self.outcome),
                'steps': tuple(each.to_model() for each in self.steps),
            }
        )


class DrillStep(recovery.Line):
    """One line of a drill's journal."""

    __tablename__ = 'drill_steps'
    __table_args__ = columns.OPTIONS

    drill_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('drills.id', name='steps_drill'), primary_key=True
    )
