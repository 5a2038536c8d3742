"""What an operator gets from the wheel works without the checkout."""

import configparser
import contextlib
import json
import sqlite3

import pytest

from tests.packaging import conftest

#: Loads every entry point of the distribution; prints what went wrong.
LOAD = """
import importlib.metadata, json
found, wrong = [], {}
for point in importlib.metadata.distribution('snapfault').entry_points:
    name = f'{point.group}: {point.name} = {point.value}'
    found.append(name)
    try:
        point.load()
    except Exception as error:
        wrong[name] = repr(error)
print(json.dumps({'found': found, 'wrong': wrong}))
"""
SCRIPTS = (
    'snapfault-all',
    'snapfault-manage',
    'snapfault-status',
    'snapfault-worker',
)
TABLES = {
    'policies',
    'protections',
    'tasks',
    'recovery_points',
    'recovery_point_members',
    'recoveries',
    'recovery_steps',
}


def declared_entry_points():
    """Read setup.cfg, the way LOAD prints them."""
    parser = configparser.ConfigParser()
    parser.read(conftest.CHECKOUT / 'setup.cfg')
    return {
        f'{group}: {line}'
        for group, lines in parser['entry_points'].items()
        for line in lines.split('\n')
        if line
    }


def test_the_wheel_holds_every_file_of_the_package(installed):
    ours = {
        name
        for name in conftest.tracked_files()
        if name.startswith('snapfault/')
    }
    assert ours - installed.names() == set()


def test_the_wheel_holds_the_package_only(installed):
    rooms = {name.split('/')[0] for name in installed.names()}
    assert rooms == {'snapfault', 'snapfault-0.0.1.dist-info'}


def test_migrations_are_in_the_wheel(installed):
    migrations = {
        name
        for name in installed.names()
        if name.startswith('snapfault/db/migrations/versions/')
    }
    assert migrations


def test_every_entry_point_loads(installed):
    printed = json.loads(installed.run('python', '-c', LOAD))
    assert set(printed['found']) == declared_entry_points()
    assert printed['wrong'] == {}


@pytest.mark.parametrize('script', SCRIPTS)
def test_every_script_explains_itself(installed, script):
    assert 'usage:' in installed.run(script, '--help')


def test_every_script_is_asked_to():
    group = 'console_scripts: '
    declared = {
        each.removeprefix(group).split(' = ')[0]
        for each in declared_entry_points()
        if each.startswith(group)
    }
    assert declared == set(SCRIPTS)


@pytest.mark.parametrize(
    ('generator', 'configuration', 'expected'),
    [
        (
            'oslo-config-generator',
            'config-generator.conf',
            ('[database]', '[cloud]', '[worker]', '[keystone_authtoken]'),
        ),
        (
            'oslopolicy-sample-generator',
            'policy-generator.conf',
            ('GET  /v1/policies', 'POST  /v1/protections'),
        ),
    ],
    ids=('options', 'policies'),
)
def test_samples_are_generated(installed, generator, configuration, expected):
    sample = installed.folder / f'{generator}.sample'
    installed.run(
        generator,
        '--config-file',
        conftest.CHECKOUT / 'etc' / 'snapfault' / configuration,
        '--output-file',
        sample,
    )
    text = sample.read_text()
    assert [each for each in expected if each not in text] == []


def test_db_sync_makes_the_tables(installed):
    database = installed.folder / 'snapfault.sqlite'
    file = installed.folder / 'snapfault.conf'
    file.write_text(f'[database]\nconnection = sqlite:///{database}\n')
    for _once_and_again in range(2):
        installed.run('snapfault-manage', '--config-file', file, 'db', 'sync')
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute('SELECT name FROM sqlite_master').fetchall()
    assert TABLES - {name for (name,) in rows} == set()
