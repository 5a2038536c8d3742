"""Add the table of the gates by which what is limited comes in."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0008'
down_revision = '0007'


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        'project_gates',
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.Column('passed', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('project_id'),
        **columns.OPTIONS,
    )
