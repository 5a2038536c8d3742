"""The real shell of the openstack client, and a cloud for it to talk to."""

import configparser
import dataclasses
import importlib.metadata
import io
import json
import logging
import os
import pathlib
import shlex
import sys
import warnings

from openstackclient import shell
from osc_lib import clientmanager
import pytest
from wsgi_intercept import interceptor

from tests.functional.osc import standin
from tests.functional.osc import table

ROOT = pathlib.Path(__file__).parents[3]
LOGIN = (
    '--os-auth-type=v3password',
    '--os-auth-url=http://cloud.test/identity/v3',
    '--os-username=u',
    '--os-password=secret',
    '--os-project-name=p',
    '--os-user-domain-id=default',
    '--os-project-domain-id=default',
    '--os-region-name=here',
)


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Standard output, read as JSON."""
        return json.loads(self.out)


@pytest.fixture
def cloud():
    """Give an empty cloud at ``http://cloud.test``."""
    cloud = standin.Cloud()
    with interceptor.RequestsInterceptor(
        lambda: cloud, host=standin.HOST, port=80
    ):
        yield cloud


@pytest.fixture
def furnished(cloud):
    """Give a cloud with one resource of each kind."""
    cloud.servers.update({'web-1': table.SERVER, 'shop-1': table.SERVER})
    cloud.keep(
        'policies',
        1,
        name='gold',
        quota={'count': 2},
        schedules=[{'cron': '1 2 * * *', 'time_zone': 'Europe/Rome'}],
        recovery={'automatic': True, 'margin': 5},
    )
    cloud.keep('protections', 2, business_id='shop', policy_id=table.GOLD)
    cloud.keep('tasks', 3, protection_id=table.SHOP, status='failed')
    cloud.keep('recovery-points', 4, business_id='shop', members=[])
    cloud.keep('recoveries', 5, business_id='shop')
    cloud.keep('drills', 8, business_id='shop')
    return cloud


@pytest.fixture
def run(cloud, monkeypatch, tmp_path, capsys):
    """Run ``openstack`` with a line of words, logged in to the cloud."""
    for name in os.environ:
        if name.startswith('OS_'):
            monkeypatch.delenv(name)
    monkeypatch.setenv('OS_CLIENT_CONFIG_FILE', str(tmp_path / 'none.yaml'))
    monkeypatch.setenv('COLUMNS', '200')
    monkeypatch.setattr(shell.OpenStackShell, 'NAME', 'openstack')
    # The client keeps one handle of a plugin for as long as the process lives.
    handle = vars(clientmanager.ClientManager)['fault_tolerance']
    root = logging.getLogger()
    kept = list(root.handlers), root.level

    def run(line, login=LOGIN):
        capsys.readouterr()
        handle._handle = None
        with warnings.catch_warnings():
            try:
                code = shell.OpenStackShell().run([*login, *shlex.split(line)])
            except SystemExit as leaving:
                code = leaving.code
        root.handlers[:], root.level = list(kept[0]), kept[1]
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def terminal(monkeypatch):
    """Sit before a terminal, and type what a test says."""

    def type_in(text):
        typed = io.StringIO(text)
        typed.isatty = lambda: True
        monkeypatch.setattr(sys, 'stdin', typed)

    return type_in


@pytest.fixture(scope='session')
def lines(commands):
    """Give a line that calls it for each of our commands."""
    return {name: table.line_of(name, commands) for name in commands}


@pytest.fixture(scope='session')
def commands():
    """Give our commands as setup.cfg lists them: words to entry point."""
    return command_targets()


def command_targets():
    """Read setup.cfg, which a checkout may be ahead of what is installed."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / 'setup.cfg')
    lines = settings['entry_points']['openstack.fault_tolerance.v1']
    pairs = (line.split(' = ') for line in lines.strip().splitlines())
    return {name.replace('_', ' '): target for name, target in pairs}


def load(name, target):
    """Give the class of a command."""
    return importlib.metadata.EntryPoint(name, target, 'ours').load()
