"""The table of the projects that a policy is shared with."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import base
from snapfault.db import columns


class PolicyShare(base.Base):
    """One project that may use another's policy; ``*`` stands for all."""

    __tablename__ = 'policy_shares'
    __table_args__ = (
        sa.Index('policy_shares_project', 'project_id'),
        columns.OPTIONS,
    )

    policy_id: orm.Mapped[str] = orm.mapped_column(
        sa.ForeignKey('policies.id', name='shares_policy'), primary_key=True
    )
    project_id: orm.Mapped[str] = orm.mapped_column(primary_key=True)
