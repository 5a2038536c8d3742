"""Where a cloud keeps its things: one folder, described by Cloud.

Read by both sides, the controlling one and the services' own processes.
"""

import dataclasses
import json
import os
import pathlib

HOST = '127.0.0.1'
REGION = 'RegionOne'
#: Nova's hosts; the second gets servers only while it is enabled.
MAIN_HOST = 'minicloud'
SPARE_HOST = 'spare'
#: One password for every account: the cloud is reachable from here only.
PASSWORD = 'secret'
#: The order in which processes start: heavy importers first.
SERVICES = (
    'nova',
    'cinder',
    'keystone',
    'neutron',
    'glance',
    'placement',
    'gnocchi',
)
#: The product's own API: a port and a catalogue entry, but no process.
PRODUCT = 'fault-tolerance'
DATABASES = (
    'keystone',
    'glance',
    'placement',
    'nova_api',
    'nova_cell0',
    'nova_cell1',
    'cinder',
    'neutron',
    'gnocchi',
)
#: Below this folder the services keep files; all of it exists before start.
DATA_FOLDERS = (
    'keystone',
    'glance/images',
    'glance/staging',
    'glance/tasks',
    'placement',
    'nova/instances',
    'cinder/volumes',
    'cinder/conversion',
    'neutron',
    'gnocchi/data',
    'gnocchi/coordination',
)

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_ROOT = CHECKOUT / 'state' / 'minicloud'


class MinicloudError(Exception):
    """The cloud cannot do what was asked; the text says why."""


@dataclasses.dataclass(frozen=True)
class Cloud:
    """One cloud's folder, ports and options.

    :ivar root: the folder that holds everything mutable.
    :ivar ports: port by service name, and the product's.
    :ivar token_expiration: lifetime of keystone's tokens, in seconds.
    """

    root: pathlib.Path
    ports: dict[str, int]
    token_expiration: int = 86400

    @property
    def etc(self) -> pathlib.Path:
        """Configuration files and keystone's keys."""
        return self.root / 'etc'

    @property
    def databases(self) -> pathlib.Path:
        """SQLite files, one a database."""
        return self.root / 'databases'

    @property
    def data(self) -> pathlib.Path:
        """The services' other files: images, measures, locks."""
        return self.root / 'data'

    @property
    def logs(self) -> pathlib.Path:
        """NAME.log by the service, NAME.out by its process."""
        return self.root / 'log'

    @property
    def pids(self) -> pathlib.Path:
        """One JSON file a process: its pid and start time."""
        return self.root / 'pid'

    @property
    def faults(self) -> pathlib.Path:
        """The faults that are armed; absent when none is."""
        return self.root / 'faults.json'

    @property
    def notifications(self) -> pathlib.Path:
        """What the services notified, one JSON document a line."""
        return self.root / 'notifications.jsonl'

    @property
    def info(self) -> pathlib.Path:
        """What a client or a test must know; present once restored."""
        return self.root / 'minicloud.json'

    def origin(self, service: str) -> str:
        """Give the start of the service's URLs, without a path."""
        return f'http://{HOST}:{self.ports[service]}'

    @property
    def auth_url(self) -> str:
        """Keystone's address."""
        return f'{self.origin("keystone")}/v3'

    def config_file(self, service: str) -> pathlib.Path:
        """Give the path of the service's ini file."""
        # glance takes a folder and looks for this name in it
        name = 'glance-api' if service == 'glance' else service
        return self.etc / f'{name}.conf'

    def database_url(self, name: str) -> str:
        """Give a URL as sqlalchemy takes it."""
        # timeout: the seconds SQLite waits for the write lock
        return f'sqlite:///{self.databases}/{name}.db?timeout=60'

    def make_folders(self) -> None:
        """Create all folders that are missing."""
        for path in (self.etc, self.databases, self.logs, self.pids):
            path.mkdir(parents=True, exist_ok=True)
        for name in DATA_FOLDERS:
            (self.data / name).mkdir(parents=True, exist_ok=True)


def load(root: str | os.PathLike[str]) -> Cloud:
    """Read the cloud that lives in this folder.

    :raises MinicloudError: when there is none.
    """
    root = pathlib.Path(root).resolve()
    try:
        info = json.loads((root / 'minicloud.json').read_text())
    except FileNotFoundError:
        raise MinicloudError(
            f'no cloud in {root}: run "python -m tests.minicloud up"'
        ) from None
    return Cloud(root, info['ports'], info['token_expiration'])


def write_atomically(path: pathlib.Path, text: str) -> None:
    """Replace the file, so that a reader sees the old or the new text."""
    temporary = path.with_name(f'{path.name}.{os.getpid()}.tmp')
    temporary.write_text(text)
    temporary.replace(path)
