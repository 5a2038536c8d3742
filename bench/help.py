#!/usr/bin/env python3
"""Compare ``openstack --help`` with our plugin and without it.

Both are this environment; where ours is to be absent its entry points are
hidden from the client. The runs take turns, each variant has its own cache
of entry points, and what counts is processor time, so that a busy machine
slows both alike. The middle of the ratios of neighbours is held to 1.05.

    bench/help.py [rounds]
"""

import collections.abc
import dataclasses
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

BOUND = 1.05
#: The client, with the entry points of a distribution hidden. It leaves the
#: names of the modules that it has loaded.
CLIENT = """
import atexit
import importlib.metadata
import pathlib
import sys

hidden = sys.argv.pop(1)
left = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: left.write_text(' '.join(sys.modules)))
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


@dataclasses.dataclass(frozen=True)
class Run:
    """One time that help was asked for."""

    seconds: float  #: of the processor
    said: str
    modules: frozenset[str]  #: names of those that were loaded


@dataclasses.dataclass(frozen=True)
class Cost:
    """What our plugin costs those who ask for help."""

    ratios: tuple[float, ...]  #: of each round: time with it to time without
    modules: frozenset[str]  #: loaded with it, and not without

    @property
    def ratio(self) -> float:
        """Give the one in the middle."""
        return statistics.median(self.ratios)


def run(hidden: str, cache: str) -> Run:
    """Ask for help once.

    :param hidden: whose entry points the client does not see
    """
    modules = pathlib.Path(cache, 'modules')
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            *(sys.executable, '-W', 'ignore', '-c', CLIENT),
            *(hidden, str(modules), '--help'),
        ],
        env={**os.environ, 'XDG_CACHE_HOME': cache},
        capture_output=True,
        check=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(spent, done.stdout, frozenset(modules.read_text().split()))


def measured(
    rounds: int, tell: collections.abc.Callable[[Run, Run], object]
) -> Cost:
    """Measure, after one round that fills the caches.

    :param tell: is shown the runs with and without it, a round
    """
    ratios = []
    with (
        tempfile.TemporaryDirectory() as whole,
        tempfile.TemporaryDirectory() as bare,
    ):
        ours, without = run('nothing', whole), run('snapfault', bare)
        assert '  recovery undo' in ours.said
        assert '  recovery undo' not in without.said
        more = ours.modules - without.modules
        for _ in range(rounds):
            ours, without = run('nothing', whole), run('snapfault', bare)
            ratios.append(ours.seconds / without.seconds)
            tell(ours, without)
    return Cost(tuple(ratios), more)


def main() -> bool:
    """Measure, and tell each round.

    :returns: whether it costs too much
    """

    def tell(ours: Run, without: Run) -> None:
        ratio = ours.seconds / without.seconds
        print(
            f'{ours.seconds:6.3f} s / {without.seconds:6.3f} s = {ratio:5.3f}'
        )

    cost = measured(int(sys.argv[1]) if sys.argv[1:] else 15, tell)
    verdict = 'held' if cost.ratio <= BOUND else 'MISSED'
    print(
        f'openstack --help: {cost.ratio:.3f} of what it takes without, and'
        f' {len(cost.modules)} modules more; {verdict}'
    )
    return cost.ratio > BOUND


if __name__ == '__main__':
    sys.exit(main())
