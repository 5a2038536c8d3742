"""Schemas whose projects' own migrations cannot do SQLite.

``python -m tests.minicloud.inside.schema neutron|gnocchi``
"""

import pathlib
import sys

import sqlalchemy

from tests.minicloud import layout
from tests.minicloud.inside import worker


def _stamp(engine, revisions):
    with engine.begin() as connection:
        connection.exec_driver_sql(
            'CREATE TABLE IF NOT EXISTS alembic_version '
            '(version_num VARCHAR(32) NOT NULL)'
        )
        for revision in revisions:
            connection.exec_driver_sql(
                'INSERT INTO alembic_version VALUES (?)', (revision,)
            )


def create_neutron(cloud: layout.Cloud) -> None:
    """Create the tables as the models are, and stamp both heads.

    The migrations alter constraints, which SQLite refuses.
    """
    from neutron.db.migration import cli
    from neutron.db.migration.models import head

    engine = sqlalchemy.create_engine(cloud.database_url('neutron'))
    head.get_metadata().create_all(engine)
    folder = pathlib.Path(cli.__file__).parent
    versions = folder / 'alembic_migrations' / 'versions'
    heads = (versions / 'CONTRACT_HEAD', versions / 'EXPAND_HEAD')
    _stamp(
        engine, [each for file in heads for each in file.read_text().split()]
    )


def create_gnocchi(cloud: layout.Cloud) -> None:
    """Create the tables and stamp, before gnocchi-upgrade does.

    That stamps over a second connection while its first holds the lock.
    """
    import alembic.script
    from gnocchi import indexer
    from gnocchi import service
    from gnocchi.indexer import sqlalchemy_base

    file = str(cloud.config_file('gnocchi'))
    driver = indexer.get_driver(
        service.prepare_service(['--config-file', file])
    )
    engine = sqlalchemy.create_engine(cloud.database_url('gnocchi'))
    sqlalchemy_base.Base.metadata.create_all(engine)
    scripts = alembic.script.ScriptDirectory.from_config(
        driver._get_alembic_config()
    )
    _stamp(engine, [scripts.get_current_head()])


if __name__ == '__main__':
    create = {'neutron': create_neutron, 'gnocchi': create_gnocchi}
    create[sys.argv[1]](worker.cloud())
