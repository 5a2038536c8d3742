"""Add the rights to act for projects, and of what kind each is."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0009'
down_revision = '0008'


def upgrade() -> None:
    """Add the column, its index and the table.

    What stands acts by trusts, and so does what an older service adds.
    """
    op.add_column('protections', _text('delegation_kind', default='trust'))
    op.create_index('protections_right', 'protections', ['trust_id'])
    op.create_table(
        'delegations',
        _text('id'),
        _text('project_id'),
        _text('kind'),
        _text('credential_id', needed=False),
        _text('user_id', needed=False),
        sa.Column('sealed', sa.Text(), nullable=True),
        _at('expires_at'),
        _at('created_at', needed=True),
        _at('checked_at'),
        _at('released_at'),
        sa.PrimaryKeyConstraint('id'),
        **columns.OPTIONS,
    )
    op.create_index('delegations_checked', 'delegations', ['checked_at'])
    op.create_index('delegations_released', 'delegations', ['released_at'])


def _text(
    name: str, *, needed: bool = True, default: str | None = None
) -> sa.Column[str]:
    return sa.Column(
        name,
        sa.String(length=255),
        nullable=not needed,
        server_default=default,
    )


def _at(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, columns.Utc(), nullable=not needed)
