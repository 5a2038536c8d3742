"""The revisions make what the tables say."""

import ast
import pathlib

from alembic import autogenerate
from alembic.runtime import migration as alembic_migration
from oslo_config import cfg
import pytest
import sqlalchemy as sa

from snapfault import errors
from snapfault.db import api
from snapfault.db import migration
from snapfault.db import migrations
from snapfault.db import tables
from tests.functional import databases

REVISIONS = sorted(
    (pathlib.Path(migrations.__file__).parent / 'versions').glob('r*.py')
)


def _differ(_context: object, *compared: object) -> bool | None:
    """Compare defaults; MySQL writes a false one as 0. None: as usual."""
    _inspected, _column, found, _default, wanted = compared
    return False if (found, wanted) == ('0', 'false') else None


def test_an_empty_database_becomes_what_the_tables_say(
    database: api.Database,
) -> None:
    with database.engine.connect() as connection:
        context = alembic_migration.MigrationContext.configure(
            connection,
            opts={'compare_type': True, 'compare_server_default': _differ},
        )
        assert (
            autogenerate.compare_metadata(context, tables.Policy.metadata)
            == []
        )


def test_upgrade_knows_where_it_stands(tmp_path: pathlib.Path) -> None:
    database = api.Database(databases.bare(tmp_path))
    assert migration.version(database) is None
    migration.upgrade(database)
    assert migration.version(database) == migration.head()
    migration.upgrade(database)
    assert migration.version(database) == migration.head()


def test_connect_says_what_is_missing(tmp_path: pathlib.Path) -> None:
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[])
    with pytest.raises(errors.SnapfaultError, match=r'set \[database\]'):
        api.connect(conf)
    url = databases.bare(tmp_path)
    conf.set_override('connection', url, 'database')
    migration.upgrade(api.connect(conf))
    assert migration.version(api.connect(conf)) == migration.head()


def test_revisions_are_numbered() -> None:
    """By that a release knows those of a later one."""
    numbers = [
        node.value.value
        for path in REVISIONS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == 'revision'
        and isinstance(node.value, ast.Constant)
    ]
    assert numbers == [f'{each + 1:04}' for each in range(len(REVISIONS))]
    assert not migration.is_later(numbers[-1])
    assert migration.is_later(f'{len(REVISIONS) + 1:04}')


def test_a_row_of_the_release_before_has_all_that_is_added(
    tmp_path: pathlib.Path,
) -> None:
    """It writes what it knows: the rest may be empty, or has a default."""
    database = api.Database(databases.bare(tmp_path))
    before: dict[str, set[str]] = {}
    for path in REVISIONS:
        migration.upgrade(database, path.stem[1:5])
        inspector = sa.inspect(database.engine)
        for table in inspector.get_table_names():
            columns = inspector.get_columns(table)
            for column in columns:
                assert (
                    column['name'] in before.get(table, {column['name']})
                    or column['nullable']
                    or column['default'] is not None
                ), f'{path.stem}: {table}.{column["name"]}'
            before[table] = {column['name'] for column in columns}
    assert migration.version(database) == migration.head()
    database.close()


@pytest.mark.parametrize('path', REVISIONS, ids=lambda path: path.stem)
def test_revisions_only_add(path: pathlib.Path) -> None:
    """The release before runs beside this one while it is rolled out."""
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == 'op'
    }
    assert called
    assert called <= {
        'create_table',
        'create_index',
        'add_column',
        'get_bind',
    }
