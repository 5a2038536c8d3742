"""Add what labels, pauses, deadlines, pins and levels are kept in.

A policy's one schedule is written down once more, as a list of one; the
release before goes on to read it where it was.
"""

import typing

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    """Add the columns, then add to the policies' rules."""
    _policies()
    _protections()
    _tasks()
    _recovery_points()
    op.add_column(
        'recovery_point_members',
        sa.Column('volume_type', sa.String(length=255), nullable=True),
    )
    op.create_index('recoveries_finished', 'recoveries', ['finished_at'])
    _add_schedules()


def _policies() -> None:
    for column in (
        sa.Column('trust_id', sa.String(length=255), nullable=True),
        sa.Column(
            'alarm', sa.String(length=1000), nullable=False, server_default=''
        ),
        sa.Column('alarm_at', columns.Utc(), nullable=True),
    ):
        op.add_column('policies', column)


def _protections() -> None:
    op.add_column(
        'protections',
        sa.Column(
            'status',
            sa.String(length=255),
            nullable=False,
            server_default='active',
        ),
    )
    op.add_column('protections', _switch('selected'))


def _tasks() -> None:
    op.add_column('tasks', _labels())
    op.add_column(
        'tasks', sa.Column('deadline_at', columns.Utc(), nullable=True)
    )
    op.add_column('tasks', _switch('by_hand'))
    op.create_index('tasks_deadline', 'tasks', ['status', 'deadline_at'])


def _recovery_points() -> None:
    for column in (
        _labels(),
        _switch('pinned'),
        sa.Column(
            'level',
            sa.String(length=255),
            nullable=False,
            server_default='crash',
        ),
        sa.Column(
            'level_reason',
            sa.String(length=1000),
            nullable=False,
            server_default=sa.text("''"),
        ),
        sa.Column('skew', sa.Double(), nullable=True),
        sa.Column('group_snapshot_id', sa.String(length=255), nullable=True),
        sa.Column('root_image_id', sa.String(length=255), nullable=True),
        _switch('root_image'),
        sa.Column(
            'power',
            sa.String(length=255),
            nullable=False,
            server_default='left',
        ),
        sa.Column('asked_at', columns.Utc(), nullable=True),
    ):
        op.add_column('recovery_points', column)


def _switch(name: str) -> sa.Column[bool]:
    return sa.Column(
        name, sa.Boolean(), nullable=False, server_default=sa.false()
    )


def _labels() -> sa.Column[typing.Any]:
    return sa.Column(
        'labels', columns.Labels(), nullable=False, server_default='[]'
    )


def _add_schedules() -> None:
    table = sa.table(
        'policies',
        sa.column('id', sa.String()),
        sa.column('rules', columns.Json()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(table.c.id, table.c.rules)).all():
        if isinstance(row.rules, dict) and 'schedule' in row.rules:
            rules = {**row.rules, 'schedules': [row.rules['schedule']]}
            connection.execute(
                sa.update(table)
                .where(table.c.id == row.id)
                .values(rules=rules)
            )
