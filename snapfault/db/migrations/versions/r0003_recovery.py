"""Add what attempts, evidence, and quarantine are kept in."""

from alembic import op
import sqlalchemy as sa

from snapfault.db import columns

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    """Add the columns and the tables."""
    _recoveries()
    _points()
    op.add_column('protections', _text('webhook_hash', nullable=True))
    _attempts()
    _events()
    _gate()
    _evidence()
    _kept()


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


def _switch(name: str) -> sa.Column[bool]:
    return sa.Column(
        name, sa.Boolean(), nullable=False, server_default=sa.false()
    )


def _id(name: str = 'id') -> sa.Column[str]:
    return sa.Column(name, sa.String(length=36), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _recoveries() -> None:
    for column in (
        _text('kind', server_default='restore'),
        _text('origin_id', nullable=True),
        _switch('automatic'),
        _text('host_id', server_default=sa.text("''")),
        _at('before_at'),
        _switch('point_named'),
        _switch('keep_volumes'),
        _switch('abort_asked'),
    ):
        op.add_column('recoveries', column)
    op.add_column(
        'recovery_steps',
        sa.Column('attempt', sa.Integer(), nullable=False, server_default='0'),
    )
    op.add_column('recovery_steps', _requests())
    op.create_index('recoveries_created', 'recoveries', ['created_at'])


def _requests() -> sa.Column[object]:
    return sa.Column(
        'request_ids', columns.Labels(), nullable=False, server_default='[]'
    )


def _points() -> None:
    for column in (
        _text('proof', server_default='none'),
        _at('proof_at'),
        sa.Column('rto', sa.Double(), nullable=True),
    ):
        op.add_column('recovery_points', column)
    op.add_column('recovery_point_members', _switch('root'))


def _attempts() -> None:
    op.create_table(
        'recovery_attempts',
        _id('recovery_id'),
        _number('number'),
        _text('way'),
        _text('point_id', nullable=True),
        _text('status'),
        _long('reason'),
        _at('started_at', needed=True),
        _at('finished_at'),
        sa.ForeignKeyConstraint(
            ['recovery_id'], ['recoveries.id'], name='attempts_recovery'
        ),
        sa.PrimaryKeyConstraint('recovery_id', 'number'),
        **columns.OPTIONS,
    )


def _events() -> None:
    op.create_table(
        'recovery_events',
        _id('recovery_id'),
        _number('number'),
        _at('at', needed=True),
        _text('status'),
        _long('text'),
        sa.ForeignKeyConstraint(
            ['recovery_id'], ['recoveries.id'], name='events_recovery'
        ),
        sa.PrimaryKeyConstraint('recovery_id', 'number'),
        **columns.OPTIONS,
    )


def _gate() -> None:
    op.create_table(
        'recovery_gate',
        sa.Column('id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('passed', sa.BigInteger(), nullable=False),
        _at('storm_at'),
        _at('budget_at'),
        sa.PrimaryKeyConstraint('id'),
        **columns.OPTIONS,
    )


def _evidence() -> None:
    op.create_table(
        'evidence',
        _id(),
        _text('project_id'),
        _text('protection_id'),
        _text('source'),
        _text('finding'),
        _long('detail'),
        _at('first_at', needed=True),
        _at('last_at', needed=True),
        _number('count'),
        _at('expires_at', needed=True),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint(
            'protection_id', 'source', 'finding', name='evidence_finding'
        ),
        **columns.OPTIONS,
    )
    op.create_index('evidence_expires', 'evidence', ['expires_at'])


def _kept() -> None:
    op.create_table(
        'kept_resources',
        _id(),
        _text('project_id'),
        _text('protection_id'),
        _id('recovery_id'),
        _text('kind'),
        _text('resource_id'),
        _text('device'),
        _text('tag', nullable=True),
        sa.Column('delete_on_termination', sa.Boolean(), nullable=False),
        _text('status'),
        _at('keep_until', needed=True),
        _long('reason'),
        _number('attempts'),
        _at('not_before'),
        _at('created_at', needed=True),
        sa.ForeignKeyConstraint(
            ['recovery_id'], ['recoveries.id'], name='kept_recovery'
        ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint(
            'recovery_id', 'resource_id', name='kept_resources_resource'
        ),
        **columns.OPTIONS,
    )
    op.create_index(
        'kept_resources_due', 'kept_resources', ['status', 'keep_until']
    )
