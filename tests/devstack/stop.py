"""End a process and wait for it: ``python -m tests.devstack.stop PID``."""

import contextlib
import os
import pathlib
import signal
import sys
import threading

PATIENCE = 20  #: seconds until it is killed


def main(pid):
    """Ask it to end, as systemd does, and insist."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(PATIENCE * 10):
            if not lives(pid):
                return
            threading.Event().wait(0.1)
        os.killpg(pid, signal.SIGKILL)


def lives(pid):
    """Say whether it runs; one that only waits for its parent does not."""
    try:
        text = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except FileNotFoundError:
        return False
    return text.rpartition(')')[2].split()[0] != 'Z'


if __name__ == '__main__':
    main(int(sys.argv[1]))
