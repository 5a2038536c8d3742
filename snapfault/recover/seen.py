"""What Nova and Cinder show that may be a fault, and what surely is none."""

import collections.abc
import hashlib
import typing

from snapfault import resource

#: What Nova leaves a server in; all else somebody put it into on purpose.
SETTLED: typing.Final = frozenset({'ACTIVE', 'SHUTOFF', 'ERROR'})
#: What is on such a volume cannot be relied on. One whose extension failed
#: (``error_extending``) goes on serving its guest.
BROKEN_VOLUME: typing.Final = frozenset({'error', 'error_restoring'})
#: An owner may not be told of the host at all: then it counts as up.
HOST_UP: typing.Final = frozenset({None, '', 'UP'})

#: The findings of the bulk watch.
SERVER_ERROR: typing.Final = 'server-error'
VOLUME_ERROR: typing.Final = 'volume-error'
HOST_DOWN: typing.Final = 'host-down'


def suspect(
    server: resource.Server,
    volumes: collections.abc.Mapping[str, resource.Volume],
    host_status: str | None = None,
) -> dict[str, str]:
    """Say what the lists of a project show of a server that may be a fault.

    :param volumes: all that the project has, by id, listed after the server
    :param host_status: of its compute service; None: not known
    :returns: a sentence, by finding
    """
    if hands_off(server):
        return {}
    found = {}
    if server.status == 'ERROR':
        found[SERVER_ERROR] = in_error(server)
    broken = volumes_told(
        volumes[each.volume_id]
        for each in server.attached
        if each.volume_id in volumes
    )
    if broken:
        found[VOLUME_ERROR] = broken
    if host_status not in HOST_UP and host_status != 'MAINTENANCE':
        found[HOST_DOWN] = f'its compute service is {host_status}'
    return found


def hidden(project_id: str, host: str) -> str:
    """Give Nova's mark of a host as an owner sees it.

    nova.utils.generate_hostid, unchanged for as long as there is hostId.
    """
    return hashlib.sha224(f'{project_id}{host}'.encode()).hexdigest()


def hands_off(server: resource.Server) -> str:
    """Say why a server is in others' hands; empty: it is not."""
    if server.task_state is not None:
        return f'Nova is at work on the server ({server.task_state})'
    if server.status not in SETTLED:
        return (
            f'the server is {server.status}, which is no fault: somebody put'
            ' it there'
        )
    if server.locked and server.status == 'ERROR':
        return (
            'the server is in ERROR and locked: whoever locked it wants'
            ' nothing done to it; unlock it to have it recovered'
        )
    if server.locked:
        return 'the server is locked: nothing is done to it'
    return ''


def in_error(server: resource.Server) -> str:
    """Say that a server is in ERROR."""
    return f'the server is in ERROR: {server.complaint}'


def volumes_told(
    volumes: collections.abc.Iterable[resource.Volume],
) -> str:
    """Say which volumes are broken; empty: none."""
    told = [
        f'{each.id} is in {each.status}'
        for each in volumes
        if each.status in BROKEN_VOLUME
    ]
    return f'volume {", ".join(sorted(told))}' if told else ''
