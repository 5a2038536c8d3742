"""The services' processes: start, stop, signal; only ever our own."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from collections import abc

from tests.minicloud import environment
from tests.minicloud import layout

#: Seconds a process gets to end before it is killed.
PATIENCE = 10
WORKER = 'tests.minicloud.inside.worker'


def _pid_file(cloud: layout.Cloud, service: str) -> pathlib.Path:
    return cloud.pids / f'{service}.json'


def _stat(pid: int) -> tuple[str, int]:
    """Give the process' state letter and its start time in ticks."""
    text = pathlib.Path(f'/proc/{pid}/stat').read_text()
    fields = text.rpartition(')')[2].split()
    return fields[0], int(fields[19])


def pid(cloud: layout.Cloud, service: str) -> int | None:
    """Give the pid of the service's process, None when it does not run.

    A pid that meanwhile belongs to another process does not count: its
    start time differs, or its command line does.
    """
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads(_pid_file(cloud, service).read_text())
        state, started = _stat(noted['pid'])
        words = pathlib.Path(f'/proc/{noted["pid"]}/cmdline').read_bytes()
        # empty for an instant during exec; neutron rewrites its own, and
        # keeps what it was only within it
        ours = not words or WORKER.encode() in words
        if state not in 'ZX' and started == noted['started'] and ours:
            return noted['pid']
    return None


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((layout.HOST, port))
    except OSError as error:
        listener.close()
        raise layout.MinicloudError(
            f'port {port} is taken by another program: free it, or forget '
            'this cloud with "up --fresh"'
        ) from error
    listener.listen(256)
    return listener


def start(
    cloud: layout.Cloud, venv: pathlib.Path, services: abc.Iterable[str]
) -> list[str]:
    """Start those of the services that do not run; give their names.

    The sockets listen before the processes start, so that no request is
    refused: it waits until the service it is for answers.
    """
    missing = [name for name in services if pid(cloud, name) is None]
    with contextlib.ExitStack() as stack:
        listeners = {
            name: stack.enter_context(_listen(cloud.ports[name]))
            for name in missing
        }
        for name, listener in listeners.items():
            _start(cloud, venv, name, listener)
    return missing


def _start(
    cloud: layout.Cloud,
    venv: pathlib.Path,
    service: str,
    listener: socket.socket,
) -> None:
    number = listener.fileno()
    with (cloud.logs / f'{service}.out').open('wb') as out:
        child = subprocess.Popen(
            [venv / 'bin/python', '-m', WORKER, service, str(number)],
            cwd=cloud.root,
            env=environment.variables(cloud),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=[number],
            start_new_session=True,
        )
    noted = {'pid': child.pid, 'started': _stat(child.pid)[1]}
    layout.write_atomically(_pid_file(cloud, service), json.dumps(noted))


def send(cloud: layout.Cloud, service: str, number: int) -> None:
    """Send a signal to the service's process.

    :raises MinicloudError: when it does not run.
    """
    found = pid(cloud, service)
    if found is None:
        raise layout.MinicloudError(f'{service} does not run')
    os.kill(found, number)


def stop(cloud: layout.Cloud, services: abc.Iterable[str]) -> None:
    """End the services' processes and wait until they are gone."""
    services = list(services)
    for name in services:
        # a stopped process sees no SIGTERM until it goes on
        for number in (signal.SIGTERM, signal.SIGCONT):
            with contextlib.suppress(layout.MinicloudError, OSError):
                send(cloud, name, number)
    if not _wait_gone(cloud, services, PATIENCE):
        for name in services:
            with contextlib.suppress(layout.MinicloudError, OSError):
                send(cloud, name, signal.SIGKILL)
        _wait_gone(cloud, services, PATIENCE)
    for name in services:
        if pid(cloud, name) is None:
            _pid_file(cloud, name).unlink(missing_ok=True)


def kill(cloud: layout.Cloud, service: str) -> None:
    """Kill the service's process as a crash would; wait until it is gone.

    :raises MinicloudError: when it does not run.
    """
    send(cloud, service, signal.SIGKILL)
    _wait_gone(cloud, [service], PATIENCE)


def _wait_gone(
    cloud: layout.Cloud, services: list[str], seconds: float
) -> bool:
    end = time.monotonic() + seconds
    while any(pid(cloud, name) for name in services):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
