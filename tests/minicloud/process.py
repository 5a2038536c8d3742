"""The services' processes: start, stop, signal; only ever our own."""

from collections import abc
from concurrent import futures
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess

from tests.minicloud import environment
from tests.minicloud import layout
from tests.minicloud import waiting

#: Seconds a process gets to end before it is killed.
PATIENCE = 10
WORKER = 'tests.minicloud.inside.worker'
#: Those started by this very process, by pid: it must collect them.
_children: dict[int, subprocess.Popen[bytes]] = {}


def _pid_file(cloud: layout.Cloud, service: str) -> pathlib.Path:
    return cloud.pids / f'{service}.json'


def _started(pid: int) -> int:
    """Give the process' start time, in ticks."""
    text = pathlib.Path(f'/proc/{pid}/stat').read_text()
    return int(text.rpartition(')')[2].split()[19])


def _is_zombie(pid: int) -> bool:
    """Tell whether all of the process ended, and only its parent waits.

    While other threads live on, sockets are open, whatever the first is.
    """
    folder = pathlib.Path(f'/proc/{pid}')
    state = (folder / 'stat').read_text().rpartition(')')[2].split()[0]
    return state in 'ZX' and len(list((folder / 'task').iterdir())) == 1


def pid(cloud: layout.Cloud, service: str) -> int | None:
    """Give the pid of the service's process, None when it does not run.

    A pid that meanwhile belongs to another process does not count: its
    start time differs, or its command line does.
    """
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads(_pid_file(cloud, service).read_text())
        child = _children.get(noted['pid'])
        if child and child.poll() is not None:
            return None
        words = pathlib.Path(f'/proc/{noted["pid"]}/cmdline').read_bytes()
        # empty for an instant during exec; neutron rewrites its own, and
        # keeps what it was only within it
        ours = not words or WORKER.encode() in words
        same = _started(noted['pid']) == noted['started']
        if same and ours and not _is_zombie(noted['pid']):
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
        pool = stack.enter_context(futures.ThreadPoolExecutor(1))
        # signals interrupt the main thread only: in another one, none can
        # fall between the start of a process and the note of its pid
        starts = [
            pool.submit(_start, cloud, venv, name, listener)
            for name, listener in listeners.items()
        ]
        for each in starts:
            each.result()
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
    _children[child.pid] = child
    noted = {'pid': child.pid, 'started': _started(child.pid)}
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
    return waiting.until(
        lambda: not any(pid(cloud, name) for name in services),
        seconds,
        pause=0.02,
    )
