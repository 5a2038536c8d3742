"""``snapfault-worker``: one worker; any number of processes may run one."""

import collections.abc

from snapfault import notify
from snapfault import rpc
from snapfault.cmd import assemble
from snapfault.cmd import background
from snapfault.cmd import database
from snapfault.cmd import meditation
from snapfault.cmd import start


def main() -> int:
    """Work until SIGTERM or SIGINT."""
    return start.run(_work)


def _work(arguments: collections.abc.Sequence[str]) -> int:
    conf = start.configure(arguments)
    meditation.attach(conf)
    opened = database.connect(conf)
    notify.attach(conf, opened)
    cloud = assemble.cloud(conf, assemble.sessions(conf, opened))
    worker = background.Background(conf, opened, cloud, rpc.connect(conf))
    with worker:
        worker.wait()
    opened.close()
    return int(worker.has_failed)
