"""Index what lists can be sorted by."""

from alembic import op

revision = '0011'
down_revision = '0010'


def upgrade() -> None:
    """Add the indexes."""
    for name, table, key in (
        ('tasks_scheduled', 'tasks', 'scheduled_at'),
        ('recovery_points_scheduled', 'recovery_points', 'scheduled_at'),
        ('recovery_points_business', 'recovery_points', 'business_id'),
        ('recoveries_business', 'recoveries', 'business_id'),
        ('drills_business', 'drills', 'business_id'),
    ):
        op.create_index(name, table, ['project_id', key, 'created_at', 'id'])
