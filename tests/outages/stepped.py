"""Run a console of ours on a machine whose clock is set while it runs.

libfaketime, which would do it from outside, makes Python's own sleeps fail:
they end at a moment of CLOCK_MONOTONIC, which it answers for as well. So
those that read the time of day are handed another: snapfault's one reader,
what logs and caches read, and keystoneauth, which asks whether a token is
over. What counts seconds is left alone, as a clock that is set leaves it.

    python -m tests.outages.stepped FILE MODULE ARGUMENTS
"""

import datetime
import importlib
import pathlib
import sys
import time
import types

from keystoneauth1 import _utils as keystoneauth_utils

from snapfault import clock

_time = time.time


def step(path):
    """Add to the time of day the seconds that a file names at the moment."""

    def ahead():
        return int(path.read_text())

    class Stepped(datetime.datetime):
        """The class, but for the time of day."""

        @classmethod
        def now(cls, tz=None):
            """Give the time of day."""
            real = datetime.datetime.now(tz)
            return real + datetime.timedelta(seconds=ahead())

    module = types.SimpleNamespace(**vars(datetime))
    module.datetime = Stepped
    clock.datetime = keystoneauth_utils.datetime = module
    time.time = lambda: _time() + ahead()


def main():
    """Do what the command line says."""
    path, module, *arguments = sys.argv[1:]
    step(pathlib.Path(path))
    sys.argv = [module, *arguments]
    return importlib.import_module(module).main()


if __name__ == '__main__':
    sys.exit(main())
