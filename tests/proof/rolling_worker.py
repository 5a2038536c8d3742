"""A worker of the release that PYTHONPATH names, on the cloud in memory.

>>> python -P rolling_worker.py TREE URL ADDRESS
"""

import pathlib
import signal
import sys
import threading

import snapfault
from snapfault.cmd import database
from snapfault.cmd import start
from snapfault.worker import service
from tests.fake import remote
from tests.functional import scaling


def main(tree, url, address):
    """Work until SIGTERM; the database is opened as commands open it."""
    assert pathlib.Path(snapfault.__file__).is_relative_to(tree)
    conf = start.prepare()
    conf([], default_config_files=[], default_config_dirs=[])
    conf.set_override('connection', url, 'database')
    stop, wake = threading.Event(), threading.Event()

    def leave(_number, _frame):
        stop.set()
        wake.set()

    signal.signal(signal.SIGTERM, leave)
    service.Worker(
        scaling.SETTINGS, database.connect(conf), remote.Remote(address), wake
    ).run(stop)


if __name__ == '__main__':
    main(*sys.argv[1:])
