"""How the fake cloud is made to fail, and what it was asked."""

import contextlib
import dataclasses
import threading
import typing

from snapfault import errors

#: Which service answers a method of the port.
SERVICES = {
    'check': 'keystone',
    'get_server': 'nova',
    'list_servers': 'nova',
    'list_attachments': 'nova',
    'rebuild_server': 'nova',
    'stop_server': 'nova',
    'start_server': 'nova',
    'detach_volume': 'nova',
    'attach_volume': 'nova',
    'reboot_server': 'nova',
    'create_server': 'nova',
    'delete_server': 'nova',
    'get_console': 'nova',
    'host_status': 'nova',
    'locate_server': 'nova',
    'list_hosts': 'nova',
    'list_all': 'nova',
    'evacuate_server': 'nova',
    'get_volume': 'cinder',
    'list_volumes': 'cinder',
    'find_volumes': 'cinder',
    'get_snapshot': 'cinder',
    'list_snapshots': 'cinder',
    'find_snapshots': 'cinder',
    'get_headroom': 'cinder',
    'get_group': 'cinder',
    'is_consistent': 'cinder',
    'create_group_snapshot': 'cinder',
    'delete_group_snapshot': 'cinder',
    'mark_snapshot': 'cinder',
    'create_image': 'nova',
    'last_message': 'cinder',
    'create_snapshot': 'cinder',
    'delete_snapshot': 'cinder',
    'create_volume': 'cinder',
    'delete_volume': 'cinder',
    'mark_volume': 'cinder',
    'key_trouble': 'cinder',
    'repair_volume': 'cinder',
    'get_image': 'glance',
    'find_images': 'glance',
    'delete_image': 'glance',
    'read_measures': 'gnocchi',
    'revoke': 'keystone',
    'limits': 'keystone',
    'why_dead': 'keystone',
    'enrol': 'keystone',
    'delegate': 'keystone',
}
#: Methods that change something in the cloud.
CHANGES = frozenset(
    {
        'create_snapshot',
        'delete_snapshot',
        'create_group_snapshot',
        'delete_group_snapshot',
        'mark_snapshot',
        'create_image',
        'delete_image',
        'create_volume',
        'rebuild_server',
        'stop_server',
        'start_server',
        'detach_volume',
        'attach_volume',
        'delete_volume',
        'mark_volume',
        'reboot_server',
        'create_server',
        'delete_server',
        'evacuate_server',
        'repair_volume',
        'revoke',
        'enrol',
        'delegate',
    }
)


class Call(typing.NamedTuple):
    """One call of a method of the port."""

    method: str
    args: tuple[typing.Any, ...]


@dataclasses.dataclass
class Armed:
    """A fault that waits for calls of a method."""

    method: str
    times: int | None  #: None: until healed
    match: str | None  #: only calls with this in an argument
    error: typing.Any = None
    after: bool = False
    late: bool = False
    fate: str = ''


class Faults:
    """All that is armed; taking a fault uses it up."""

    def __init__(self):
        self.armed: list[Armed] = []
        self.down: set[str] = set()
        self.gates: dict[str, threading.Event] = {}
        #: What was asked for and is done once the same is asked again.
        self.late: list[tuple[Call, typing.Callable[[], object]]] = []

    def add(self, armed: Armed):
        if armed.method not in SERVICES:
            raise LookupError(f'the port has no method {armed.method}')
        self.armed.append(armed)

    def pass_gate(self, method):
        """Wait as long as calls of the method hang, a minute at most."""
        gate = self.gates.get(method)
        if gate is not None:
            gate.wait(60)

    def take_error(self, method, args, after):
        """Give the error that this call meets before or after it acts."""
        armed = self._take(
            lambda each: (
                each.error is not None
                and each.after == after
                and not each.late
                and _fits(each, method, args)
            )
        )
        return _anew(armed.error) if armed else None

    def put_off(self, method, args, act):
        """Give the error of a call that is carried out later, if it is one."""
        armed = self._take(
            lambda each: each.late and _fits(each, method, args)
        )
        if armed is None:
            return None
        self.late.append((Call(method, args), act))
        return _anew(armed.error)

    def land(self, method, args):
        """Carry out what was put off, now that the same was asked again."""
        call = Call(method, args)
        landing = [act for late, act in self.late if late == call]
        self.late = [each for each in self.late if each[0] != call]
        for act in landing:
            with contextlib.suppress(errors.SnapfaultError):
                act()  # nobody hears of its refusal

    def take_fate(self, method, *args):
        """Give how the accepted work ends: '' is well."""
        armed = self._take(
            lambda each: each.fate and _fits(each, method, args)
        )
        return armed.fate if armed else ''

    def _take(self, wanted):
        for each in self.armed:
            if wanted(each):
                if each.times is not None:
                    each.times -= 1
                    if not each.times:
                        self.armed.remove(each)
                return each
        return None


def _anew(error):
    """Have an error start without the way of the last time it was raised.

    One that is raised for long would have all of them, and whoever writes
    it down takes longer each time.
    """
    return error.with_traceback(None)


def _fits(armed, method, args):
    return armed.method == method and (
        armed.match is None or any(armed.match in str(each) for each in args)
    )
