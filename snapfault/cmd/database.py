"""Open the database that the configuration names."""

from oslo_config import cfg

from snapfault import errors
from snapfault.db import api
from snapfault.db import migration


def connect(conf: cfg.ConfigOpts) -> api.Database:
    """Open the database and see that its schema is this release's.

    :raises RequiredOptError: no database is configured
    :raises SnapfaultError: the schema is another's
    """
    found = connect_any(conf)
    version, head = migration.version(found), migration.head()
    if version != head:
        raise errors.SnapfaultError(
            f'the schema of the database is at {version or "nothing"}, not at'
            f' {head}: run snapfault-manage db sync'
        )
    return found


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
