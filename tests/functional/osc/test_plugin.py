"""The plugin as the openstack client finds it."""

import importlib.metadata
import json
import pathlib
import pkgutil
import subprocess
import sys

from cliff import command
import pytest

from snapfault import osc
from snapfault.osc import plugin
from tests.functional.osc import others

#: What cliff and osc-lib load themselves.
LIGHT = {'oslo_i18n'}
RECORDED = pathlib.Path(__file__).with_name('others.txt')
GROUP = 'openstack.fault_tolerance.v1'
MODULES = [
    module.name
    for module in pkgutil.walk_packages(osc.__path__, 'snapfault.osc.')
]


def loaded_by(*modules):
    """Give what a fresh interpreter has loaded after it imports these."""
    lines = [f'import {module}' for module in modules]
    lines.append('import json, sys; print(json.dumps(sorted(sys.modules)))')
    run = subprocess.run(
        [sys.executable, '-c', '\n'.join(lines)],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(run.stdout)


def test_every_entry_point_is_a_command(commands):
    for name, target in commands.items():
        point = importlib.metadata.EntryPoint(name, target, GROUP)
        assert issubclass(point.load(), command.Command), name


def test_every_command_says_what_it_does(commands, run):
    for name in commands:
        ran = run(f'{name} --help')
        assert (ran.code, ran.err) == (0, ''), name
        assert f'usage: openstack {name}' in ran.out


def test_no_command_of_another_plugin_has_our_name(commands):
    installed = {
        name
        for distribution in importlib.metadata.distributions()
        if distribution.name != 'snapfault'
        for name in others.commands(distribution)
    }
    assert len(installed) > 500  # the client's own are among them
    recorded = {
        line.strip()
        for line in RECORDED.read_text().splitlines()
        if line.startswith(' ')
    }
    assert {'orchestration build info', 'alarm create'} <= recorded
    taken = installed | recorded
    assert not set(commands) & taken
    # Nor is one of ours the first words of theirs, or the other way round.
    words = {f'{name} ' for name in commands}
    for other in taken:
        assert not any(f'{other} '.startswith(name) for name in words)
        assert not any(name.startswith(f'{other} ') for name in words)


def test_imports_nothing_else_of_snapfault():
    ours = {
        name for name in loaded_by(*MODULES) if name.startswith('snapfault')
    }
    assert ours == {'snapfault', 'snapfault.osc', *MODULES}


def packages(*modules):
    """Give whose modules are loaded when these are, by their top names."""
    return {name.partition('.')[0] for name in loaded_by(*modules)}


def test_the_plugin_weighs_nothing():
    """Every run of the client loads it, whatever command is wanted."""
    more = set(loaded_by('snapfault.osc.plugin')) - set(loaded_by())
    assert {
        name
        for name in more
        if name.partition('.')[0] not in sys.stdlib_module_names
    } == {'snapfault', 'snapfault.osc', 'snapfault.osc.plugin'}


def test_the_commands_weigh_no_more_than_commands_must():
    """``openstack --help`` loads them all, for what each says it does."""
    heavy = {'openstack', 'sqlalchemy', 'alembic', 'jsonschema', 'waitress'}
    loaded = packages(*MODULES)
    assert not heavy & loaded
    assert not {name for name in loaded if name.startswith('oslo_')} - LIGHT
    assert len(MODULES) < 50


def test_the_plugin_is_what_the_client_expects():
    [point] = [
        point
        for point in importlib.metadata.entry_points(
            group='openstack.cli.extension'
        )
        if point.value.startswith('snapfault.')
    ]
    assert (point.name, point.load()) == (plugin.API_NAME, plugin)
    assert plugin.DEFAULT_API_VERSION in plugin.API_VERSIONS


@pytest.mark.parametrize(
    ('named', 'asked'),
    [('', '1.0'), ('1', '1.0'), ('1.0', '1.0'), ('1.7', '1.7')],
)
def test_requests_name_a_microversion(cloud, run, named, asked):
    option = f'--os-fault-tolerance-api-version {named}' if named else ''
    ran = run(f'{option} protection list')
    assert (ran.code, ran.err) == (0, '')
    assert cloud.versions == {f'fault-tolerance {asked}'}


@pytest.mark.parametrize('named', ['2', '1.', '1.x', 'latest', '-1'])
def test_what_is_no_version_of_ours_is_warned_of(cloud, run, named):
    ran = run(f'--os-fault-tolerance-api-version={named} token issue')
    assert f'API version {named} is not in supported versions: 1' in ran.err
