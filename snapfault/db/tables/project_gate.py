"""The table of the gates by which what is limited comes into projects."""

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault.db import base
from snapfault.db import columns


class ProjectGate(base.Base):
    """A project's row. Who changes it is alone in there until the commit."""

    __tablename__ = 'project_gates'
    __table_args__ = columns.OPTIONS

    project_id: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    passed: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
