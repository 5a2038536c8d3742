"""Add the indexes by which what has ended of late is found."""

from alembic import op

revision = '0006'
down_revision = '0005'


def upgrade() -> None:
    """Add them."""
    op.create_index('tasks_finished', 'tasks', ['finished_at'])
    op.create_index('drills_finished', 'drills', ['finished_at'])
    op.create_index(
        'recovery_points_completed', 'recovery_points', ['completed_at']
    )
