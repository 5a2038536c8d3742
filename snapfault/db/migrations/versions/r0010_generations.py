"""Count the changes that people make."""

from alembic import op
import sqlalchemy as sa

revision = '0010'
down_revision = '0009'


def upgrade() -> None:
    """Add the columns."""
    for table in ('policies', 'protections', 'recovery_points'):
        op.add_column(
            table,
            sa.Column(
                'generation',
                sa.Integer(),
                nullable=False,
                server_default=sa.text('1'),
            ),
        )
