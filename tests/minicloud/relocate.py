"""Databases that know neither their folder nor their ports.

Some rows name a path or a URL of the cloud they were made in: keystone's
endpoints, nova's cells, glance's image locations.  They are found by
looking at all of them, so that no list of columns can grow stale.
"""

import contextlib
import pathlib
import sqlite3

from tests.minicloud import layout

#: A database, a table and a column with a placeholder in some row.
Column = tuple[str, str, str]


def _placeholders(cloud: layout.Cloud) -> dict[str, str]:
    """Give what the cloud has in the place of each placeholder."""
    names = {f'@origin-{name}@': cloud.origin(name) for name in cloud.ports}
    return {**names, '@root@': str(cloud.root)}


def _text_columns(
    connection: sqlite3.Connection,
) -> list[tuple[str, str]]:
    tables = connection.execute(
        'SELECT name FROM sqlite_master WHERE type = "table"'
    ).fetchall()
    return [
        (table, column[1])
        for (table,) in tables
        for column in connection.execute(f'PRAGMA table_info("{table}")')
        if 'INT' not in column[2] and column[2] != 'DATETIME'
    ]


def _replace(
    connection: sqlite3.Connection,
    table: str,
    column: str,
    changes: dict[str, str],
) -> bool:
    """Replace texts in a column; tell whether any row had one."""
    found = False
    for old, new in changes.items():
        cursor = connection.execute(
            f'UPDATE "{table}" SET "{column}" = '
            f'replace("{column}", ?, ?) WHERE instr("{column}", ?)',
            (old, new, old),
        )
        found = found or cursor.rowcount > 0
    return found


def _open(folder: pathlib.Path, name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / f'{name}.db')
    connection.execute('PRAGMA synchronous=OFF')
    return connection


def detach(cloud: layout.Cloud) -> list[Column]:
    """Put placeholders into the cloud's databases; give where they are."""
    changes = {new: old for old, new in _placeholders(cloud).items()}
    columns = []
    for name in layout.DATABASES:
        connection = _open(cloud.databases, name)
        with contextlib.closing(connection), connection:
            columns += [
                (name, table, column)
                for table, column in _text_columns(connection)
                if _replace(connection, table, column, changes)
            ]
        _fold(cloud.databases / f'{name}.db')
    return columns


def _fold(file: pathlib.Path) -> None:
    """Write the log back, so that the file is the whole database."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute('PRAGMA wal_checkpoint(TRUNCATE)')


def attach(cloud: layout.Cloud, columns: list[Column]) -> None:
    """Put what the cloud has in the place of the placeholders."""
    changes = _placeholders(cloud)
    for name in {column[0] for column in columns}:
        connection = _open(cloud.databases, name)
        with contextlib.closing(connection), connection:
            for database, table, column in columns:
                if database == name:
                    _replace(connection, table, column, changes)
