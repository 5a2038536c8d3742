"""What the fake cloud holds, and how its work goes on.

An operation is a list of stages, and each :meth:`World.tick` takes every
operation one stage further, as a service's background work would.
"""

import collections
import collections.abc
import dataclasses
import datetime
import hashlib

from snapfault import clock
from snapfault import errors
from snapfault import resource
from tests.fake import keystone

Stage = collections.abc.Callable[[], None]


@dataclasses.dataclass
class Project:
    id: str
    #: Cinder's limits; -1 is unlimited, as in its API
    limits: dict[str, int] = dataclasses.field(
        default_factory=lambda: {
            'snapshots': -1,
            'volumes': -1,
            'gigabytes': -1,
        }
    )
    #: Nova's
    #: Keystone's, of what is snapfault's; empty: there are none.
    our_limits: dict[str, int] = dataclasses.field(default_factory=dict)
    compute_limits: dict[str, int] = dataclasses.field(
        default_factory=lambda: {'instances': -1, 'cores': -1}
    )


@dataclasses.dataclass
class Host:
    """A host of servers, and what Nova thinks of its compute service."""

    name: str
    status: str | None = 'UP'  #: None: the service user may not know
    forced_down: bool = False
    is_enabled: bool = True  #: it may be given servers
    is_dead: bool = False  #: what is asked of it is never done

    def show(self):
        return resource.Host(self.name, self.status, self.forced_down)


@dataclasses.dataclass
class Image:
    id: str
    name: str
    project_id: str | None  #: None: public
    status: str = 'active'
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    size: int | None = 1
    content: str = ''

    def show(self):
        return resource.Image(
            size=self.size,
            id=self.id,
            name=self.name,
            status=self.status,
            project_id=self.project_id,
            metadata=dict(self.metadata),
        )


@dataclasses.dataclass
class Group:
    id: str
    project_id: str
    name: str
    consistent: bool | None  #: None: its type hides its specs
    status: str = 'available'

    def show(self):
        return resource.Group(
            self.id, self.name, self.status, f'type-of-{self.id}'
        )


@dataclasses.dataclass
class GroupSnapshot:
    id: str
    project_id: str
    status: str = 'creating'


@dataclasses.dataclass
class Server:
    id: str
    project_id: str
    name: str
    image_id: str | None
    flavor_id: str = 'm1.small'
    status: str = 'ACTIVE'
    task_state: str | None = None
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    locked: bool = False
    fault: str = ''
    fault_at: datetime.datetime | None = None
    host: Host = dataclasses.field(default_factory=lambda: Host('lone'))
    #: by the volume's id
    attachments: dict[str, resource.Attachment] = dataclasses.field(
        default_factory=dict
    )
    rebuilds: int = 0  #: how many were accepted
    boots: int = 1  #: how often the guest came up
    tags: tuple[str, ...] = ()
    is_running: bool = True  #: the guest, whatever Nova's status says
    root_id: str | None = None  #: the volume it boots from
    addresses: tuple[str, ...] = ()

    @property
    def host_status(self):
        """Nova's word on the compute service of its host."""
        return self.host.status

    @host_status.setter
    def host_status(self, status):
        self.host.status = status

    @property
    def is_stuck(self):
        """Tell whether what is asked of its host is never done."""
        return self.host.is_dead or self.host.status == 'UNKNOWN'

    @property
    def host_id(self):
        """Hide the host from its owner, as Nova does."""
        hidden = f'{self.project_id}{self.host.name}'
        return hashlib.sha224(hidden.encode()).hexdigest()

    def show(self):
        in_error = self.status == 'ERROR'  # Nova shows no fault otherwise
        return resource.Server(
            id=self.id,
            name=self.name,
            status=self.status,
            task_state=self.task_state,
            image_id=self.image_id,
            flavor_id=self.flavor_id,
            metadata=dict(self.metadata),
            locked=self.locked,
            fault=self.fault if in_error else '',
            fault_at=self.fault_at if in_error else None,
            tags=self.tags,
            attached=tuple(
                resource.Attached(each.volume_id, each.delete_on_termination)
                for each in self.attachments.values()
            ),
            addresses=tuple(sorted(self.addresses)),
            host_id=self.host_id,
        )


@dataclasses.dataclass
class Volume:
    id: str
    project_id: str
    name: str
    size: int
    created_at: datetime.datetime
    status: str = 'available'
    volume_type: str | None = 'fake'
    availability_zone: str | None = 'nova'
    snapshot_id: str | None = None
    server_ids: tuple[str, ...] = ()
    device: str = ''
    attached_at: datetime.datetime | None = None
    multiattach: bool = False
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    content: str = ''  #: stands for the bytes
    group_id: str | None = None
    image_id: str | None = None  #: what a bootable one was made from
    encrypted: bool = False
    key_trouble: str = ''  #: why its key cannot be read
    is_placed: bool = True  #: a backend has it, or is to make it

    def show(self):
        # Cinder lists an attachment only while it is `attached`
        attached = self.status in ('in-use', 'detaching')
        return resource.Volume(
            id=self.id,
            name=self.name,
            status=self.status,
            size=self.size,
            volume_type=self.volume_type,
            availability_zone=self.availability_zone,
            snapshot_id=self.snapshot_id,
            attached_to=self.server_ids if attached else (),
            multiattach=self.multiattach,
            metadata=dict(self.metadata),
            group_id=self.group_id,
            places=tuple(
                resource.Place(each, self.device, self.attached_at)
                for each in self.server_ids
                if attached
            ),
            bootable=self.image_id is not None,
            image_id=self.image_id,
            encrypted=self.encrypted,
        )


@dataclasses.dataclass
class Snapshot:
    id: str
    project_id: str
    name: str
    volume_id: str
    size: int
    created_at: datetime.datetime
    status: str = 'creating'
    metadata: dict[str, str] = dataclasses.field(default_factory=dict)
    content: str = ''
    description: str = ''
    group_snapshot_id: str | None = None
    volume_type: str | None = None  #: its volume's, as Cinder counts it
    image_id: str | None = None  #: its volume's, if that is bootable
    encrypted: bool = False

    def show(self):
        return resource.Snapshot(
            id=self.id,
            name=self.name,
            volume_id=self.volume_id,
            status=self.status,
            size=self.size,
            metadata=dict(self.metadata),
            created_at=self.created_at,
            description=self.description,
            group_snapshot_id=self.group_snapshot_id,
        )


@dataclasses.dataclass
class Operation:
    """Work that a service does in the background."""

    resource_id: str
    stages: list[Stage]
    hung: bool = False


class World:
    """Everything that exists, by id."""

    def __init__(self, now=clock.now):
        self.now = now
        self.projects: dict[str, Project] = {}
        self.trusts: dict[str, str] = {}  #: the living: project by trust
        self.keystone = keystone.Keystone(now)
        self.images: dict[str, Image] = {}
        self.hosts = {'compute-1': Host('compute-1')}
        self.flavors = {'m1.tiny': 1, 'm1.small': 1}  #: cores, by name
        self.networks: dict[str, str] = {}  #: project by network
        #: what the guest of a server has written on its console so far
        self.guest = lambda server: f'{server.name} login:\n'
        self.servers: dict[str, Server] = {}
        self.volumes: dict[str, Volume] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.groups: dict[str, Group] = {}
        self.group_snapshots: dict[str, GroupSnapshot] = {}
        self.measures = {}  #: by server: model.Measures
        self.messages: dict[str, str] = {}  #: Cinder's last, by resource
        self.operations: list[Operation] = []
        self._made: collections.Counter[str] = collections.Counter()

    def new_id(self, kind: str) -> str:
        """Give ids that look alike in each run: 'a', then the count."""
        self._made[kind] += 1
        head = kind.encode().hex()[:8].ljust(8, '0')
        return f'{head}-0000-4000-8000-{self._made[kind]:012x}'

    def begin(self, resource_id, *stages, hung=False):
        """Have the stages run, one a tick."""
        self.operations.append(Operation(resource_id, list(stages), hung))

    def tick(self, count=1):
        """Take what is under way further, each by one stage a count."""
        for _ in range(count):
            for operation in list(self.operations):
                if not operation.hung:
                    operation.stages.pop(0)()
                    if not operation.stages:
                        self.operations.remove(operation)

    def settle(self):
        """Finish all that is under way and does not hang."""
        while any(not each.hung for each in self.operations):
            self.tick()

    def owned(self, kind: str, project_id: str, wanted: str):
        """Give one resource of a project.

        :raises errors.NotFound: there is none, or it is another project's
        """
        found = getattr(self, kind).get(wanted)
        if found is None or found.project_id not in (project_id, None):
            raise errors.NotFound(f'no {kind} {wanted}')
        return found
