"""In what rows and cloud differ, for a person to read. Reads only."""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import resource
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import inventory
from snapfault.db import protections
from snapfault.snapshot import compare
from snapfault.snapshot import reconcile
from snapfault.snapshot import sight

#: Of a volume that a recovery or a drill made, or a recovery took away.
_MARKS: typing.Final = (resource.MARKER, resource.RECOVERY, resource.KEPT)


@dataclasses.dataclass(frozen=True)
class Stray:
    """A resource with our marks that no row accounts for."""

    kind: str  #: 'snapshot', 'volume' or 'server'
    id: str
    reason: str


@dataclasses.dataclass(frozen=True)
class Drift:
    """What differs in one project; empty where all agrees."""

    project_id: str
    lost: tuple[compare.Lost, ...]  #: a repair takes them out of the good
    adopted: tuple[compare.Adopted, ...]  #: a repair notes them
    strays: tuple[Stray, ...]  #: nothing touches them: a person decides


def seen(
    database: api.Database,
    cloud: port.Cloud,
    project_id: str,
    now: datetime.datetime,
) -> sight.Sight:
    """Prepare a new look at a project, by any right to act for it."""
    rights = protections.delegations(database, project_id, ())
    return sight.Sight(cloud, rights, now)


def look(
    database: api.Database, looked: sight.Sight, project_id: str
) -> Drift:
    """Compare a project's rows with its resources.

    :param looked: a new one, which has read nothing yet
    :raises SnapfaultError: the project cannot be read
    """
    found = reconcile.look(database, looked, project_id)
    volumes, servers = looked.volumes(), looked.servers()
    # afterwards, so that what began meanwhile has its row
    known = inventory.accounted(database, project_id)
    strays = [
        *(Stray('snapshot', e.snapshot.id, e.reason) for e in found.strays),
        *stray_volumes(volumes.values(), known),
        *stray_servers(servers.values(), known),
    ]
    return Drift(project_id, found.lost, found.adopted, tuple(strays))


def stray_volumes(
    volumes: collections.abc.Iterable[resource.Volume],
    known: inventory.Accounted,
) -> list[Stray]:
    """Give those with our marks that are in use nowhere, and not kept.

    What a recovery restored, and its owner has detached, is among them.
    """
    found = []
    for each in volumes:
        marks = [each.metadata.get(key, '') for key in _MARKS]
        if (
            any(marks)
            and not each.attached_to
            and each.status != 'deleting'
            and not any(known.knows(each.id, mark) for mark in marks)
        ):
            reason = f'{each.status}, attached nowhere, kept by no recovery'
            found.append(Stray('volume', each.id, reason))
    return found


def stray_servers(
    servers: collections.abc.Iterable[resource.Server],
    known: inventory.Accounted,
) -> list[Stray]:
    """Give the throw-away servers of no drill that is under way."""
    found = []
    for each in servers:
        marker = each.metadata.get(resource.MARKER, '')
        drill_id = marker.partition('/')[0]
        if marker and not known.knows(each.id, marker):
            reason = f'{each.status}, of drill {drill_id}, which is not open'
            found.append(Stray('server', each.id, reason))
    return found
