"""Add the table of the projects that policies are shared with."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0007'
down_revision = '0006'


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        'policy_shares',
        sa.Column('policy_id', sa.String(length=36), nullable=False),
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint('policy_id', 'project_id'),
        sa.ForeignKeyConstraint(
            ['policy_id'], ['policies.id'], name='shares_policy'
        ),
        **columns.OPTIONS,
    )
    op.create_index('policy_shares_project', 'policy_shares', ['project_id'])
