"""The table of the rights to act for projects."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import base
from snapfault.db import columns


class Delegation(base.Base):
    """One right, beside the protections and policies that act by it."""

    __tablename__ = 'delegations'
    __table_args__ = (
        sa.Index('delegations_checked', 'checked_at'),
        sa.Index('delegations_released', 'released_at'),
        columns.OPTIONS,
    )

    id: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    project_id: orm.Mapped[str]
    kind: orm.Mapped[str]
    credential_id: orm.Mapped[str | None]
    user_id: orm.Mapped[str | None]
    #: The secret of an application credential, encrypted.
    sealed: orm.Mapped[str | None] = orm.mapped_column(sa.Text)
    expires_at: orm.Mapped[datetime.datetime | None]
    created_at: orm.Mapped[datetime.datetime]
    #: When a token was last fetched by it, or its removal tried.
    checked_at: orm.Mapped[datetime.datetime | None]
    released_at: orm.Mapped[datetime.datetime | None]

    def to_model(self) -> model.Right:
        """Read what may be known of it: not the secret."""
        return model.Right(
            delegation=model.Delegation(
                self.project_id, self.id, model.DelegationKind(self.kind)
            ),
            credential_id=self.credential_id,
            user_id=self.user_id,
            expires_at=self.expires_at,
            released_at=self.released_at,
        )
