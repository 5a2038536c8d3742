"""Bring a database's schema to where this release needs it."""

import pathlib

from alembic import command
from alembic import config
from alembic import script
from alembic.runtime import migration
import sqlalchemy as sa

from snapfault.db import api

_FOLDER = pathlib.Path(__file__).parent / 'migrations'


def _config(connection: sa.Connection | None = None) -> config.Config:
    settings = config.Config()
    settings.set_main_option('script_location', str(_FOLDER))
    settings.attributes['connection'] = connection
    return settings


def upgrade(database: api.Database, revision: str = 'head') -> None:
    """Create or extend the schema; at head or beyond it, do nothing."""
    if is_later(version(database)):
        return
    with database.writer() as session:
        command.upgrade(_config(session.connection()), revision)


def version(database: api.Database) -> str | None:
    """Give the revision that the database is at; None: it is empty."""
    with database.reader() as session:
        context = migration.MigrationContext.configure(session.connection())
        found: str | None = context.get_current_revision()
        return found


def head() -> str:
    """Give the revision that this release needs."""
    scripts = script.ScriptDirectory.from_config(_config())
    found: str = scripts.get_current_head()
    return found


def is_later(revision: str | None) -> bool:
    """Say whether a revision is one of a later release.

    They are numbered, and each only adds: so this release goes on with a
    schema that a later one has extended. Another word is no revision of ours.
    """
    return (
        revision is not None
        and revision.isdecimal()
        and int(revision) > int(head())
    )
