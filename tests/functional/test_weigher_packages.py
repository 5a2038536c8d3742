"""Weighers come from whatever is installed, ours and other packages'."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from snapfault.rank import load

EXAMPLE = (
    pathlib.Path(__file__).parents[1] / 'packages/snapfault-weigher-example'
)
#: Loads the weighers, ranks two servers with them, tells names and order.
RANK = """
import json, logging
from snapfault import model
from snapfault.rank import load, plan
from tests import build

logging.basicConfig(format='%(levelname)s %(message)s')
weighers = load.load()
candidates = [
    model.Candidate(
        build.task(id=name),
        build.protection(server_id=name),
        build.policy(),
        None,
        build.NOW,
    )
    for name in ('small', 'large')
]
asked = plan.needed(candidates, weighers)
measures = {
    name: {metric: model.Measure(value, build.NOW) for metric in asked}
    for name, value in (('small', 1.0), ('large', 2.0))
}
ranked = plan.rank(candidates, measures, weighers)
print(json.dumps({
    'weighers': sorted(weighers),
    'needs': sorted(metric.name for metric in asked),
    'first': ranked[0].candidate.task.id,
    'breakdown': {each.weigher: each.raw for each in ranked[0].parts},
}))
"""
BROKEN = """[snapfault.rank.weighers]
gone = no_such_module:Weigher
odd = collections:OrderedDict
raising = fractions:Fraction.from_float
"""


@pytest.fixture
def ranked(tmp_path):
    """Give a function that ranks in a process that sees ``folder`` too."""

    def run(folder):
        checkout = pathlib.Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, '-c', RANK],
            cwd=checkout,
            env={
                **os.environ,
                'PYTHONPATH': os.pathsep.join([str(folder), str(checkout)]),
                # stevedore remembers entry points there
                'XDG_CACHE_HOME': str(tmp_path / 'cache'),
            },
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return run


OURS = [
    *('failures', 'performance', 'priority'),
    *('rpo', 'staleness', 'write_rate'),
]


def test_our_own():
    assert set(load.load()) >= set(OURS)


def test_another_package(tmp_path, ranked):
    source, target = tmp_path / 'source', tmp_path / 'target'
    shutil.copytree(EXAMPLE, source)  # building leaves files there
    uv = pathlib.Path(sys.executable).with_name('uv')
    done = subprocess.run(
        [
            *(uv, 'pip', 'install', '--quiet', '--offline', '--no-deps'),
            *('--no-build-isolation', '--python', sys.executable),
            *('--target', target, source),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found, log = ranked(target)
    assert found['weighers'] == sorted([*OURS, 'memory'])
    assert found['needs'] == ['memory.usage']
    assert found['first'] == 'large'
    assert (
        found['breakdown'].items()
        >= {
            'memory': 2.0,
            'performance': None,
            'rpo': None,
        }.items()
    )
    assert log == ''


def test_broken_ones_are_told_and_left_out(tmp_path, ranked):
    folder = tmp_path / 'broken-1.0.dist-info'
    folder.mkdir()
    (folder / 'METADATA').write_text('Name: broken\nVersion: 1.0\n')
    (folder / 'entry_points.txt').write_text(BROKEN)
    found, log = ranked(tmp_path)
    assert found['weighers'] == OURS
    lines = sorted(line for line in log.splitlines() if 'goes on' in line)
    names = [line.split()[2] for line in lines]
    assert names == ['gone', 'odd', 'raising']
    assert all(line.startswith('ERROR Weigher') for line in lines)
    assert "No module named 'no_such_module'" in lines[0]
