"""Which source of load the operator's word stands for."""

import os
import subprocess
import sys

from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault import errors
from snapfault import rules
from snapfault.cloud import cloud
from snapfault.cloud import source
from snapfault.cloud.sources import gnocchi
from snapfault.cloud.sources import nothing
from snapfault.cloud.sources import prometheus
from tests import build
from tests.unit.cloud import canned

CPU = rules.Metric('cpu_util')
SERVER = '00000000-0000-4000-8000-000000000001'


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def tools(tmp_path, services):
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    doors = canned.sessions(tmp_path, services)
    return source.Tools(conf, doors, now=lambda: build.NOW)


SOURCES = [
    ('gnocchi', gnocchi.Gnocchi),
    ('prometheus', prometheus.Prometheus),
    ('none', nothing.Nothing),
]


@pytest.mark.parametrize(('name', 'kind'), SOURCES)
def test_ours(tools, services, name, kind):
    assert type(source.load(name, tools)) is kind
    # the cloud may be down when a service starts
    assert services.asked == []


def test_gnocchi_is_the_default(tools):
    assert tools.conf.rank.source == 'gnocchi'


def test_none_measures_nothing(tools, services):
    seen = cloud.Cloud(tools.sessions, source.load('none', tools))
    assert seen.read_measures([SERVER], [CPU]) == {}
    assert cloud.Cloud(tools.sessions).read_measures([SERVER], [CPU]) == {}
    assert services.asked == []


def test_no_such_source(tools):
    with pytest.raises(errors.InvalidInput, match="no source 'influx'"):
        source.load('influx', tools)


BROKEN = [
    ('no_such_module:Source', 'cannot be loaded'),
    ('collections:no_such_class', 'cannot be loaded'),
    ('builtins:str', 'is no Source'),
]


LOAD = """
from snapfault import errors
from snapfault.cloud import source
try:
    source.load('broken', None)
except errors.InvalidInput as error:
    print(error)
"""


@pytest.mark.parametrize(('value', 'said'), BROKEN)
def test_another_packages_source_that_is_none(tmp_path, value, said):
    folder = tmp_path / 'broken-1.0.dist-info'
    folder.mkdir()
    (folder / 'METADATA').write_text('Name: broken\nVersion: 1.0\n')
    (folder / 'entry_points.txt').write_text(
        f'[{source.NAMESPACE}]\nbroken = {value}\n'
    )
    # in a process of its own: stevedore remembers entry points
    done = subprocess.run(
        [sys.executable, '-c', LOAD],
        env={
            **os.environ,
            'PYTHONPATH': os.pathsep.join([str(tmp_path), *sys.path]),
            'XDG_CACHE_HOME': str(tmp_path / 'cache'),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert said in done.stdout
