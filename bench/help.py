#!/usr/bin/env python3
"""Compare ``openstack --help`` with our plugin and without it.

Both are this environment; where ours is to be absent its entry points are
hidden from the client. The runs take turns, each variant has its own cache
of entry points, and what counts is processor time, so that a busy machine
slows both alike. The middle of the ratios of neighbours is held to 1.05.

    bench/help.py [rounds]
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile

BOUND = 1.05
#: The client, with the entry points of a distribution hidden.
CLIENT = """
import importlib.metadata
import sys

hidden = sys.argv.pop(1)
importlib.metadata.entry_points = lambda **wanted: (
    importlib.metadata.EntryPoints(
        point
        for each in importlib.metadata.distributions()
        if each.name != hidden
        for point in each.entry_points
    ).select(**wanted)
)
from openstackclient import shell

sys.exit(shell.main(sys.argv[1:]))
"""


def run(hidden, cache):
    """Ask for help once.

    :returns: processor seconds, and what was printed
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', CLIENT, hidden, '--help'],
        env={**os.environ, 'XDG_CACHE_HOME': cache},
        capture_output=True,
        check=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, done.stdout


def main():
    """Measure, after one round that fills the caches."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 15
    ratios = []
    with (
        tempfile.TemporaryDirectory() as whole,
        tempfile.TemporaryDirectory() as bare,
    ):
        assert '  recovery undo' in run('nothing', whole)[1]
        assert '  recovery undo' not in run('snapfault', bare)[1]
        for _ in range(rounds):
            ours, _ = run('nothing', whole)
            without, _ = run('snapfault', bare)
            ratios.append(ours / without)
            print(f'{ours:6.3f} s / {without:6.3f} s = {ratios[-1]:5.3f}')
    ratio = statistics.median(ratios)
    verdict = 'held' if ratio <= BOUND else 'MISSED'
    print(f'openstack --help: {ratio:.3f} of what it takes without; {verdict}')
    return ratio > BOUND


if __name__ == '__main__':
    sys.exit(main())
