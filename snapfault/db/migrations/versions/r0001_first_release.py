"""Create the tables of the first release."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Create all tables, those that others refer to first."""
    _policies()
    _protections()
    _tasks()
    _recovery_points()
    _recovery_point_members()
    _recoveries()
    _recovery_steps()


def _policies() -> None:
    op.create_table(
        'policies',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('description', sa.Text(), nullable=False),
        sa.Column('rules', columns.Json(), nullable=False),
        sa.Column('created_at', columns.Utc(), nullable=False),
        sa.Column('updated_at', columns.Utc(), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('project_id', 'name', name='policies_name'),
        **columns.OPTIONS,
    )
    op.create_index(
        'policies_page', 'policies', ['project_id', 'created_at', 'id']
    )


def _protections() -> None:
    op.create_table(
        'protections',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.Column('business_id', sa.String(length=255), nullable=False),
        sa.Column('policy_id', sa.String(length=36), nullable=False),
        sa.Column('server_id', sa.String(length=255), nullable=False),
        sa.Column('image_id', sa.String(length=255), nullable=False),
        sa.Column('trust_id', sa.String(length=255), nullable=False),
        sa.Column('next_run_at', columns.Utc(), nullable=True),
        sa.Column('alarm', sa.Text(), nullable=False),
        sa.Column('alarm_at', columns.Utc(), nullable=True),
        sa.Column('created_at', columns.Utc(), nullable=False),
        sa.Column('updated_at', columns.Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ['policy_id'], ['policies.id'], name='protections_policy'
        ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint(
            'project_id', 'business_id', name='protections_business'
        ),
        sa.UniqueConstraint(
            'project_id', 'server_id', name='protections_server'
        ),
        **columns.OPTIONS,
    )
    op.create_index('protections_due', 'protections', ['next_run_at'])
    op.create_index(
        'protections_page', 'protections', ['project_id', 'created_at', 'id']
    )


def _tasks() -> None:
    op.create_table(
        'tasks',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.Column('protection_id', sa.String(length=36), nullable=False),
        sa.Column('scheduled_at', columns.Utc(), nullable=False),
        sa.Column('status', sa.String(length=255), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('not_before', columns.Utc(), nullable=False),
        sa.Column('generation', sa.Integer(), nullable=False),
        sa.Column('claimed_by', sa.String(length=255), nullable=True),
        sa.Column('lease_until', columns.Utc(), nullable=True),
        sa.Column('weight', sa.Double(), nullable=True),
        sa.Column('breakdown', columns.Json(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('point_id', sa.String(length=255), nullable=True),
        sa.Column('created_at', columns.Utc(), nullable=False),
        sa.Column('finished_at', columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ['protection_id'], ['protections.id'], name='tasks_protection'
        ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('protection_id', 'scheduled_at', name='tasks_due'),
        **columns.OPTIONS,
    )
    op.create_index('tasks_held', 'tasks', ['claimed_by', 'status'])
    op.create_index('tasks_page', 'tasks', ['project_id', 'created_at', 'id'])
    op.create_index('tasks_waiting', 'tasks', ['status', 'not_before'])


def _recovery_points() -> None:
    op.create_table(
        'recovery_points',
        sa.Column(
            'sequence',
            sa.BigInteger().with_variant(sa.Integer(), 'sqlite'),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.Column('protection_id', sa.String(length=255), nullable=False),
        sa.Column('business_id', sa.String(length=255), nullable=False),
        sa.Column('task_id', sa.String(length=255), nullable=False),
        sa.Column('status', sa.String(length=255), nullable=False),
        sa.Column('server_id', sa.String(length=255), nullable=False),
        sa.Column('image_id', sa.String(length=255), nullable=False),
        sa.Column('flavor_id', sa.String(length=255), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('scheduled_at', columns.Utc(), nullable=False),
        sa.Column('created_at', columns.Utc(), nullable=False),
        sa.Column('completed_at', columns.Utc(), nullable=True),
        sa.Column('not_before', columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint('sequence'),
        sa.UniqueConstraint('id', name='recovery_points_id'),
        **columns.OPTIONS,
    )
    op.create_index(
        'recovery_points_history',
        'recovery_points',
        ['project_id', 'business_id'],
    )
    op.create_index(
        'recovery_points_page',
        'recovery_points',
        ['project_id', 'created_at', 'id'],
    )
    op.create_index('recovery_points_status', 'recovery_points', ['status'])
    op.create_index('recovery_points_task', 'recovery_points', ['task_id'])


def _recovery_point_members() -> None:
    op.create_table(
        'recovery_point_members',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('point_id', sa.String(length=36), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('volume_id', sa.String(length=255), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('device', sa.String(length=255), nullable=False),
        sa.Column('tag', sa.String(length=255), nullable=True),
        sa.Column('delete_on_termination', sa.Boolean(), nullable=False),
        sa.Column('snapshot_id', sa.String(length=255), nullable=True),
        sa.Column('delete_attempts', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['point_id'], ['recovery_points.id'], name='members_point'
        ),
        sa.PrimaryKeyConstraint('id'),
        **columns.OPTIONS,
    )
    op.create_index(
        'recovery_point_members_point', 'recovery_point_members', ['point_id']
    )


def _recoveries() -> None:
    op.create_table(
        'recoveries',
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('project_id', sa.String(length=255), nullable=False),
        sa.Column('protection_id', sa.String(length=255), nullable=False),
        sa.Column('business_id', sa.String(length=255), nullable=False),
        sa.Column('server_id', sa.String(length=255), nullable=False),
        sa.Column('open_server_id', sa.String(length=255), nullable=True),
        sa.Column('status', sa.String(length=255), nullable=False),
        sa.Column('cause', sa.Text(), nullable=False),
        sa.Column('onset_at', columns.Utc(), nullable=False),
        sa.Column('evidence', columns.Json(), nullable=False),
        sa.Column('point_id', sa.String(length=255), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('generation', sa.Integer(), nullable=False),
        sa.Column('claimed_by', sa.String(length=255), nullable=True),
        sa.Column('lease_until', columns.Utc(), nullable=True),
        sa.Column('created_at', columns.Utc(), nullable=False),
        sa.Column('finished_at', columns.Utc(), nullable=True),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('open_server_id', name='recoveries_open'),
        **columns.OPTIONS,
    )
    op.create_index(
        'recoveries_page', 'recoveries', ['project_id', 'created_at', 'id']
    )
    op.create_index('recoveries_protection', 'recoveries', ['protection_id'])
    op.create_index('recoveries_status', 'recoveries', ['status'])


def _recovery_steps() -> None:
    op.create_table(
        'recovery_steps',
        sa.Column('recovery_id', sa.String(length=36), nullable=False),
        sa.Column(
            'position', sa.Integer(), autoincrement=False, nullable=False
        ),
        sa.Column('phase', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('arguments', columns.Json(), nullable=False),
        sa.Column('status', sa.String(length=255), nullable=False),
        sa.Column('detail', sa.Text(), nullable=False),
        sa.Column('started_at', columns.Utc(), nullable=True),
        sa.Column('finished_at', columns.Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ['recovery_id'], ['recoveries.id'], name='steps_recovery'
        ),
        sa.PrimaryKeyConstraint('recovery_id', 'position'),
        **columns.OPTIONS,
    )
