"""What snapfault reads of a cloud, once the SDK's objects are left behind.

Values of the standard library only, so that plans and fakes may use them.
"""

import collections.abc
import dataclasses
import datetime
import re
import typing

#: Begins the metadata keys that mark a resource as ours.
PREFIX = 'snapfault:'
MARKER = 'snapfault:marker'
POINT = 'snapfault:point_id'
PROTECTION = 'snapfault:protection_id'
SCHEDULED_AT = 'snapfault:scheduled_at'
RECOVERY = 'snapfault:recovery_id'
KEPT = 'snapfault:kept_by'  #: the recovery that took the volume away
#: Of a server that no selector is to protect.
EXCLUDE = 'snapfault:exclude'

Metadata = collections.abc.Mapping[str, str]

#: A device as hypervisors name it: '/dev/vdb', '/dev/sdb', '/dev/xvdb1'.
_DEVICE: typing.Final = re.compile(r'(?:/dev/)?(?:x?v|s|h)d([a-z]+)[0-9]*')


@dataclasses.dataclass(frozen=True)
class Attached:
    """A volume attached to a server, as the server itself shows it."""

    volume_id: str
    delete_on_termination: bool


@dataclasses.dataclass(frozen=True)
class Server:
    """A server as Nova shows it to its owner."""

    id: str
    name: str
    status: str  #: 'ACTIVE', 'SHUTOFF', 'ERROR', 'REBUILD', ...
    task_state: str | None  #: None: Nova does nothing with it now
    image_id: str | None  #: None: it boots from a volume
    flavor_id: str  #: the flavor's name (what Nova embeds since 2.47)
    metadata: Metadata
    locked: bool
    fault: str  #: Nova's message of the last failure; empty: none
    fault_at: datetime.datetime | None
    #: Nova's word on the compute service: 'UP', 'DOWN', 'UNKNOWN',
    #: 'MAINTENANCE'; None: we may not ask (it is admin's by default).
    host_status: str | None = None
    attached: tuple[Attached, ...] = ()  #: in no order that means anything
    tags: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  #: fixed and floating, IPv4 and IPv6
    #: Nova's mark of its host, another one in each project; empty: none yet.
    host_id: str = ''

    @property
    def complaint(self) -> str:
        """Nova's message of the last failure, or that it gave none."""
        return self.fault or 'Nova gives no reason'


@dataclasses.dataclass(frozen=True)
class Host:
    """The compute service of a server, as an admin sees it."""

    name: str
    status: str  #: 'UP', 'DOWN', 'UNKNOWN', 'MAINTENANCE'
    #: Somebody, or a healer, says that it is off for good: it is fenced.
    forced_down: bool


@dataclasses.dataclass(frozen=True)
class Placed:
    """A server as an admin sees it, and where it is."""

    server: Server
    project_id: str
    host: Host | None  #: None: it has none, or we may not know


@dataclasses.dataclass(frozen=True)
class NewServer:
    """A server that is to be made, and thrown away."""

    name: str
    image_id: str
    flavor_id: str  #: the flavor's name, as :class:`Server` has it
    network_id: str | None  #: None: it gets no port at all
    metadata: Metadata  #: holds a marker, which Nova does not search by
    #: GiB of the volume it boots from, which goes with it; None: it boots
    #: from the image itself.
    root_size: int | None = None


@dataclasses.dataclass(frozen=True)
class Attachment:
    """A volume attached to a server."""

    server_id: str
    volume_id: str
    device: str  #: '/dev/vdb'; a hint under libvirt
    tag: str | None
    delete_on_termination: bool


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a volume is attached, as the volume itself shows it."""

    server_id: str
    device: str  #: '/dev/vdb'; empty: not told
    attached_at: datetime.datetime | None  #: by Cinder's clock


@dataclasses.dataclass(frozen=True)
class Volume:
    """A volume as Cinder shows it."""

    id: str
    name: str
    status: str  #: 'available', 'in-use', 'error', ...
    size: int  #: GiB
    volume_type: str | None
    availability_zone: str | None
    snapshot_id: str | None  #: what it was made from
    attached_to: tuple[str, ...]  #: ids of servers
    multiattach: bool
    metadata: Metadata
    group_id: str | None = None  #: Cinder's group it is in
    #: One for each of ``attached_to``; none while it is being attached.
    places: tuple[Place, ...] = ()
    bootable: bool = False
    image_id: str | None = None  #: what a bootable one was made from
    encrypted: bool = False


@dataclasses.dataclass(frozen=True)
class Estate:
    """All servers and volumes of a project, by id, as an admin sees them."""

    servers: dict[str, Server] = dataclasses.field(default_factory=dict)
    volumes: dict[str, Volume] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A snapshot of one volume as Cinder shows it."""

    id: str
    name: str
    volume_id: str
    status: str  #: 'creating', 'available', 'error', 'deleting', ...
    size: int  #: GiB
    metadata: Metadata
    created_at: datetime.datetime
    description: str = ''
    group_snapshot_id: str | None = None  #: taken, and removed, as a part


@dataclasses.dataclass(frozen=True)
class Group:
    """A group of volumes as Cinder shows it."""

    id: str
    name: str
    status: str  #: only of one that is 'available' are snapshots taken
    group_type_id: str


@dataclasses.dataclass(frozen=True)
class Image:
    """An image as Glance shows it."""

    id: str
    name: str
    status: str  #: only 'active' can be booted
    project_id: str | None = None  #: the owner
    metadata: Metadata = dataclasses.field(default_factory=dict)  #: ours only
    #: Bytes; 0: it holds none, and only names snapshots of volumes, as Nova
    #: makes it of a server that boots from a volume; None: not told.
    size: int | None = None


@dataclasses.dataclass(frozen=True)
class TypeRoom:
    """What the limits on one volume type still leave; None: unlimited."""

    snapshots: int | None
    gigabytes: int | None


@dataclasses.dataclass(frozen=True)
class Headroom:
    """What Cinder's limits still leave a project; None: unlimited."""

    snapshots: int | None
    volumes: int | None
    gigabytes: int | None
    #: By the type's name; one that is absent is unlimited.
    types: collections.abc.Mapping[str, TypeRoom] = dataclasses.field(
        default_factory=dict
    )


@dataclasses.dataclass(frozen=True)
class Survey:
    """Which of many servers could be recovered."""

    images: collections.abc.Mapping[str, str]  #: the original's, by server
    unfit: collections.abc.Mapping[str, str]  #: why the others not, by server
    unknown: frozenset[str] = frozenset()  #: those that are not in the project


def letter_of(device: str | None) -> str:
    """Give what of a device's name stays: /dev/vdb may be /dev/sdb later.

    The rest is the bus, which an image's properties may change, and Nova
    compares the letter alone (nova.block_device.get_device_letter).

    :returns: the whole name where it is none of the kind; empty: not told
    """
    match = _DEVICE.fullmatch(device or '')
    return match[1] if match else device or ''


def root_of(
    devices: collections.abc.Mapping[str, str],
    volumes: collections.abc.Mapping[str, Volume],
) -> str | None:
    """Tell which volume a server boots from that boots from a volume.

    Nova tells its owner neither the boot index nor the root's device, but
    gives the first one to the root: '/dev/vda', '/dev/sda'. Where no one has
    it, the only bootable one is the root.

    :param devices: by the ids of the volumes that are attached
    :param volumes: by id; those of ``devices`` that are known
    :returns: None where it cannot be told
    """
    first = [each for each in devices if letter_of(devices[each]) == 'a']
    bootable = [
        each for each in devices if each in volumes and volumes[each].bootable
    ]
    for found in (first, bootable):
        if len(found) == 1:
            return found[0]
    return None
