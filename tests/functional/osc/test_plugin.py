"""The plugin as the openstack client finds it."""

import importlib.metadata
import json
import pkgutil
import subprocess
import sys

from cliff import command
import pytest

from snapfault import osc
from snapfault.osc import plugin

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
    taken = {
        point.name.replace('_', ' '): point.value
        for distribution in importlib.metadata.distributions()
        for point in distribution.entry_points
        if point.group.startswith('openstack.')
        and not point.value.startswith('snapfault.')
    }
    assert len(taken) > 500  # the client's own are among them
    assert not set(commands) & set(taken)
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


def test_the_plugin_weighs_nothing():
    heavy = {'cliff', 'keystoneauth1', 'openstack', 'osc_lib', 'requests'}
    assert not heavy & set(loaded_by('snapfault.osc.plugin'))


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
