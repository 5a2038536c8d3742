"""Make the cloud fail: the Python interface.

>>> with faults.arm(state, 'cinder.create_snapshot', error='full'):
...     ...

Driver faults strike where cinder's and nova's drivers are called, API
faults before (or after) a service answers; both can be narrowed down.
"""

from collections import abc
import contextlib
import fcntl
import json
import os
import pathlib
import signal
import typing
import uuid

from tests.minicloud import api
from tests.minicloud import layout
from tests.minicloud import lifecycle
from tests.minicloud import process

Fault = dict[str, typing.Any]
State = str | os.PathLike[str]
#: The drivers' methods that can fail.
DRIVER_POINTS = (
    'cinder.create_volume',
    'cinder.delete_volume',
    'cinder.create_snapshot',
    'cinder.delete_snapshot',
    'cinder.create_group_snapshot',
    'cinder.delete_group_snapshot',
    'cinder.create_volume_from_snapshot',
    'cinder.create_cloned_volume',
    'cinder.copy_image_to_volume',
    'cinder.initialize_connection',
    'cinder.terminate_connection',
    'cinder.extend_volume',
    'cinder.revert_to_snapshot',
    'cinder.get_volume_stats',
    'cinder.report_state',
    'cinder.schedule',
    'nova.spawn',
    'nova.destroy',
    'nova.attach_volume',
    'nova.detach_volume',
    'nova.reboot',
    'nova.snapshot',
    'nova.power_off',
    'nova.power_on',
    'nova.report_state',
)
API_POINTS = tuple(f'api.{service}' for service in sorted(layout.SERVICES))
POINTS = (*DRIVER_POINTS, *API_POINTS)


@contextlib.contextmanager
def _edit(state: State) -> abc.Iterator[list[Fault]]:
    """Give the armed faults, to be changed in place.

    The file is rewritten, not replaced: the services lock it too.
    """
    path = pathlib.Path(state) / 'faults.json'
    with path.open('a+') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        faults = json.loads(file.read() or '[]')
        yield faults
        file.seek(0)
        file.truncate()
        json.dump(faults, file)


class Armed:
    """A fault that is armed; at the end of a with block it is cleared."""

    def __init__(self, state: State, fault: Fault) -> None:
        self._state = state
        self.fault = fault

    def clear(self) -> None:
        """Disarm this fault only."""
        with _edit(self._state) as faults:
            faults[:] = [
                each for each in faults if each['id'] != self.fault['id']
            ]

    def __enter__(self) -> 'Armed':
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.clear()


def arm(state: State, point: str, **options: typing.Any) -> Armed:
    """Arm a fault at the point, one of POINTS.

    At any point: ``delay`` in seconds; ``count``, how often it strikes
    (without it: always); ``match``, a text that the id of the volume,
    snapshot or server, or the API's path, must contain.  In a driver:
    ``error``, what to fail with; ``busy``, to fail as busy, on which
    cinder makes a snapshot available again.  In an API: ``method`` and
    ``path``, a regular expression; ``status``, what to answer with;
    ``after``, to answer so although the request was carried out.

    :raises MinicloudError: when there is no such point.
    """
    if point not in POINTS:
        raise layout.MinicloudError(
            f'no fault point {point}: there are {", ".join(POINTS)}'
        )
    given = {key: value for key, value in options.items() if value}
    fault = {'id': uuid.uuid4().hex[:8], 'point': point, **given}
    with _edit(state) as faults:
        faults.append(fault)
    return Armed(state, fault)


def clear(state: State, point: str | None = None) -> None:
    """Disarm all faults at the point, or everywhere."""
    with _edit(state) as faults:
        faults[:] = [
            each for each in faults if point not in (None, each['point'])
        ]


def armed(state: State) -> list[Fault]:
    """Give the armed faults."""
    path = pathlib.Path(state) / 'faults.json'
    if not path.exists():
        return []
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return json.loads(file.read() or '[]')


def _admin(state: State) -> api.Session:
    session = api.Session(layout.load(state))
    _ = session.token
    return session


def force_compute(
    state: State, is_down: bool, host: str | None = None
) -> None:
    """Have nova take a host's compute service for dead, or not any more.

    :param host: None: all hosts
    """
    _set_compute(state, host, {'forced_down': is_down})


def enable_compute(state: State, host: str, is_enabled: bool) -> None:
    """Let nova place servers on a host, or not any more."""
    status = 'enabled' if is_enabled else 'disabled'
    _set_compute(state, host, {'status': status})


def _set_compute(
    state: State, host: str | None, body: dict[str, object]
) -> None:
    admin = _admin(state)
    version = {'X-OpenStack-Nova-API-Version': '2.53'}
    path = '/os-services'
    found = admin.get('nova', f'{path}?binary=nova-compute', headers=version)
    for each in found['services']:
        if host in (None, each['host']):
            target = f'{path}/{each["id"]}'
            admin.ask('PUT', 'nova', target, body, headers=version)


def set_server_error(state: State, server_id: str) -> None:
    """Set the server's status to ERROR; its guest is left alone."""
    body = {'os-resetState': {'state': 'error'}}
    _admin(state).post('nova', f'/servers/{server_id}/action', body)


def set_snapshot_error(state: State, snapshot_id: str) -> None:
    """Set the snapshot's status to error."""
    body = {'os-reset_status': {'status': 'error'}}
    _admin(state).post('cinder', f'/snapshots/{snapshot_id}/action', body)


def freeze(state: State, service: str) -> None:
    """Stop the service's process: it hangs, and its port still listens."""
    process.send(layout.load(state), service, signal.SIGSTOP)


def thaw(state: State, service: str) -> None:
    """Let the service's process go on."""
    process.send(layout.load(state), service, signal.SIGCONT)


def kill(state: State, service: str) -> None:
    """Kill the service's process."""
    process.kill(layout.load(state), service)


def start(state: State, service: str) -> None:
    """Start a service that was killed, and wait until it is up."""
    lifecycle.start(layout.load(state), service)
