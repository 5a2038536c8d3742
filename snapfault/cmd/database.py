"""Open the database that the configuration names."""

import logging

from oslo_config import cfg

from snapfault import errors
from snapfault.db import api
from snapfault.db import migration

LOG = logging.getLogger(__name__)


def connect(conf: cfg.ConfigOpts) -> api.Database:
    """Open the database and see that this release can work on its schema.

    :raises RequiredOptError: no database is configured
    :raises SnapfaultError: the schema is an earlier release's, or not ours
    """
    found = connect_any(conf)
    version, head = migration.version(found), migration.head()
    if migration.is_later(version):
        LOG.warning('%s This process goes on without them.', later(version))
    elif version != head:
        raise errors.SnapfaultError(
            f'the schema of the database is at {version or "nothing"}, not at'
            f' {head}: run snapfault-manage db sync'
        )
    return found


def later(version: str | None) -> str:
    """Say what it means that the schema is a later release's."""
    return (
        f'The schema of the database is at {version}, with additions of a'
        f' later release: this one knows it up to {migration.head()}.'
    )


def connect_any(conf: cfg.ConfigOpts) -> api.Database:
    """Open the database, whatever its schema.

    :raises RequiredOptError: no database is configured
    """
    if not conf.database.connection:
        raise cfg.RequiredOptError('connection', cfg.OptGroup('database'))
    return api.connect(conf)


def give_up_at_once(conf: cfg.ConfigOpts) -> None:
    """Do not wait for a database: a person does who waits for the answer."""
    conf.set_override('max_retries', 1, 'database')
    conf.set_override('retry_interval', 0, 'database')
