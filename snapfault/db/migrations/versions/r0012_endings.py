"""Let a protection end once its running work is over."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0012'
down_revision = '0011'


def upgrade() -> None:
    """Add the column, and the index by which the few are found."""
    op.add_column(
        'protections', sa.Column('ending_at', columns.Utc(), nullable=True)
    )
    op.create_index('protections_ending', 'protections', ['ending_at'])
