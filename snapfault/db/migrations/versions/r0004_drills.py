"""Add the tables of drills."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column('protections', _at('next_drill_at'))
    op.create_index('protections_drill', 'protections', ['next_drill_at'])
    _drills()
    _steps()


def _text(name: str, **options: object) -> sa.Column[str]:
    return sa.Column(
        name,
        sa.String(length=255),
        **{'nullable': False, **options},  # type: ignore[arg-type]
    )


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _at(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, columns.Utc(), nullable=not needed)


def _id(name: str = 'id') -> sa.Column[str]:
    return sa.Column(name, sa.String(length=36), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _drills() -> None:
    op.create_table(
        'drills',
        _id(),
        _text('project_id'),
        _text('protection_id'),
        _text('open_protection_id', nullable=True),
        _text('business_id'),
        _text('status'),
        _long('cause'),
        _text('point_id', nullable=True),
        _long('reason'),
        _number('generation'),
        _text('claimed_by', nullable=True),
        _at('lease_until'),
        _at('created_at', needed=True),
        _at('started_at'),
        _at('finished_at'),
        sa.Column('took', sa.Double(), nullable=True),
        _text('outcome', nullable=True),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('open_protection_id', name='drills_open'),
        **columns.OPTIONS,
    )
    op.create_index(
        'drills_page', 'drills', ['project_id', 'created_at', 'id']
    )
    op.create_index('drills_status', 'drills', ['status'])
    op.create_index('drills_protection', 'drills', ['protection_id'])


def _steps() -> None:
    op.create_table(
        'drill_steps',
        _id('drill_id'),
        _number('position'),
        sa.Column('attempt', sa.Integer(), nullable=False, server_default='0'),
        _number('phase'),
        _text('name'),
        sa.Column('arguments', columns.Json(), nullable=False),
        _text('status'),
        _long('detail'),
        _at('started_at'),
        _at('finished_at'),
        sa.Column(
            'request_ids',
            columns.Labels(),
            nullable=False,
            server_default='[]',
        ),
        sa.ForeignKeyConstraint(
            ['drill_id'], ['drills.id'], name='steps_drill'
        ),
        sa.PrimaryKeyConstraint('drill_id', 'position'),
        **columns.OPTIONS,
    )
