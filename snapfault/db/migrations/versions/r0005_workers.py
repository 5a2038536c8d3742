"""Add the table of workers."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        'workers',
        _text('id'),
        _text('host'),
        sa.Column('pid', sa.Integer(), nullable=False),
        _text('version'),
        sa.Column('lease', sa.Integer(), nullable=False),
        sa.Column('started_at', columns.Utc(), nullable=False),
        sa.Column('seen_at', columns.Utc(), nullable=False),
        sa.Column('stopped_at', columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint('id'),
        **columns.OPTIONS,
    )
    op.create_index('workers_seen', 'workers', ['seen_at'])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=255), nullable=False)
