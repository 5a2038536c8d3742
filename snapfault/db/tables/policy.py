"""The table of policies."""

import datetime
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import document
from snapfault import model
from snapfault.db import base
from snapfault.db import columns
from snapfault.db.tables import share


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
    trust_id: orm.Mapped[str | None]
    alarm: orm.Mapped[str] = orm.mapped_column(
        sa.String(1000), server_default=sa.text("''")
    )
    alarm_at: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]
    updated_at: orm.Mapped[datetime.datetime]
    generation: orm.Mapped[int] = orm.mapped_column(
        server_default=sa.text('1')
    )
    shares: orm.Mapped[list[share.PolicyShare]] = orm.relationship(
        order_by='PolicyShare.project_id', lazy='selectin', viewonly=True
    )

    def to_model(self) -> model.Policy:
        """Read the rules back into values."""
        return model.Policy(
            id=self.id,
            project_id=self.project_id,
            name=self.name,
            description=self.description,
            trust_id=self.trust_id,
            shared_with=tuple(each.project_id for each in self.shares),
            alarm=self.alarm,
            alarm_at=self.alarm_at,
            created_at=self.created_at,
            updated_at=self.updated_at,
            generation=self.generation,
            **document.read(base.mapping(self.rules)),
        )
