"""Make a database anew: ``python -m tests.devstack.recreate URL NAME``."""

import sys

import sqlalchemy as sa


def main(url, name):
    """Drop it where it is there, and make it."""
    engine = sa.create_engine(f'{url}/', isolation_level='AUTOCOMMIT')
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS {name}'))
        connection.execute(
            sa.text(f'CREATE DATABASE {name} CHARACTER SET utf8')
        )


if __name__ == '__main__':
    main(*sys.argv[1:])
