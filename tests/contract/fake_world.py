"""The suite's world on the in-memory cloud."""

import contextlib
import dataclasses
import re
import uuid

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from tests.fake import cloud as fakes
from tests.fake import keystone as keystone_module

MISSING = '00000000-0000-4000-8000-00000000dead'
#: What goes wrong behind each name: the method, and how it ends.
BROKEN = {
    'create_snapshot': ('create_snapshot', 'error'),
    'delete_snapshot': ('delete_snapshot', 'busy'),
    'create_group_snapshot': ('create_group_snapshot', 'error'),
    'delete_group_snapshot': ('delete_group_snapshot', 'busy'),
    'create_image': ('create_image', 'error'),
    'create_volume': ('create_volume', 'error'),
    'pass_on_volume': ('create_volume', 'lost'),
    'delete_volume': ('delete_volume', 'error'),
    'create_server': ('create_server', 'error'),
    'delete_server': ('delete_server', 'error'),
    'reboot_server': ('reboot_server', 'error'),
    'evacuate_server': ('evacuate_server', 'error'),
    'reimage': ('rebuild_server', 'reimage'),
    'rebuild_server': ('rebuild_server', 'error'),
    'destroy_guest': ('rebuild_server', 'reserved'),
    'attach_volume': ('attach_volume', 'error'),
    'detach_volume': ('detach_volume', 'error'),
}


class Site:
    """Makes worlds; each has a cloud of its own."""

    def world(self):
        return World()


class World:
    """A project of the fake cloud."""

    def __init__(self):
        self.fake = fakes.FakeCloud()
        self.cloud = self.fake
        self.enroller = fakes.FakeEnroller(self.fake)
        self.delegation = self.fake.add_project()
        self.project_id = self.delegation.project_id
        self.project = self.fake.project(self.delegation)
        self.impatient = self.project
        self._kept = {}
        self.fake.opens = self._kept.__getitem__
        self.caller = fakes.Caller()
        self.powerless = fakes.Caller(frozenset({'reader'}))
        stranger = self.fake.add_project()
        self.stranger = self.fake.project(stranger)
        self._image = self.fake.add_image()
        self.image_id = self._image.id

    def close(self):
        pass

    def fresh_project(self):
        """Give a view of the project by one who has not asked before."""
        return self.fake.project(self.delegation)

    def eventually(self, probe):
        """Give what ``probe`` says once that is true."""
        for _ in range(10):
            found = probe()
            if found:
                return found
            self.fake.tick()
        raise AssertionError('it never came true')

    # what there is

    def make_server(self, volumes=1, **attributes):
        made = self.fake.add_server(
            self.project_id, volumes, image=self._image
        )
        made.metadata.update(attributes.get('metadata', {}))
        made.tags = tuple(sorted(attributes.get('tags', ())))
        return made.id

    def make_server_of_volume(self, volumes=0):
        return self.fake.add_server(
            self.project_id, volumes, image=self._image, volume_backed=True
        ).id

    def make_server_of_blank_volume(self):
        server_id = self.make_server_of_volume()
        root_id = self.fake.world.servers[server_id].root_id
        self.fake.world.volumes[root_id].image_id = None
        return server_id

    def make_server_on_spare_host(self):
        server_id = self.make_server()
        spare = self.fake.add_host('spare')
        self.fake.world.servers[server_id].host = spare
        return server_id

    def make_network(self):
        return self.fake.add_network(self.project_id)

    def make_server_of_image(self, status):
        """Make one whose image then came into a status, or is 'gone'."""
        image_id = self.make_image(status)
        server_id = self.make_server()
        self.fake.world.servers[server_id].image_id = image_id
        return server_id

    def make_image(self, status='active'):
        made = self.fake.add_image(self.project_id, status=status)
        if status == 'gone':
            del self.fake.world.images[made.id]
        return made.id

    def make_volume(self, size=1):
        return self.fake.add_volume(self.project_id, size).id

    def make_group(self, volume_ids, consistent=True):
        volumes = [self.fake.world.volumes[each] for each in volume_ids]
        return self.fake.add_group(self.project_id, volumes, consistent).id

    def count_trusts(self):
        return list(self.fake.world.trusts.values()).count(self.project_id)

    def read_trust(self, right):
        """Give what was passed on; the fake's are all alike but for roles."""
        return {
            'project_id': self.fake.world.trusts[right.right_id],
            'trustee_is_ours': True,
            'impersonation': True,
            'roles': sorted(
                self.fake.world.keystone.passed_on[right.right_id]
            ),
            'redelegation_count': 0,
            'expires_at': None,
        }

    def limit(self, **limits):
        self.fake.limit(self.project_id, **limits)

    def limit_compute(self, **limits):
        self.fake.limit_compute(self.project_id, **limits)

    def post_measure(self, server_id, metric, value):
        server = self.fake.world.servers[server_id]
        self.fake.set_measures(server, {rules.Metric(metric): value})

    # what goes wrong

    def put_in_error(self, server_id):
        server = self.fake.world.servers[server_id]
        self.fake.break_server(server, is_running=server.is_running)

    def put_volume(self, volume_id, status):
        self.fake.world.volumes[volume_id].status = status

    def is_placed(self, volume_id):
        return self.fake.world.volumes[volume_id].is_placed

    @contextlib.contextmanager
    def locked(self, server_id):
        self.fake.world.servers[server_id].locked = True
        yield
        self.fake.world.servers[server_id].locked = False

    @contextlib.contextmanager
    def old_nova(self):
        """Give a view of the project through a Nova that has no 2.93."""
        self.fake.nova.reimages = False
        yield self.project
        self.fake.nova.reimages = True

    @contextlib.contextmanager
    def compute_down(self):
        for each in self.fake.world.hosts.values():
            each.status, each.forced_down = 'DOWN', True
        yield
        for each in self.fake.world.hosts.values():
            each.status, each.forced_down = 'UP', False

    @contextlib.contextmanager
    def host_lost(self, is_only=False):
        host = self.fake.world.hosts['spare']
        host.status, host.forced_down = 'DOWN', True
        self.fake.world.hosts['compute-1'].is_enabled = not is_only
        yield
        self.fake.world.hosts['compute-1'].is_enabled = True
        host.status, host.forced_down = 'UP', False

    @contextlib.contextmanager
    def broken(self, name):
        method, fate = BROKEN[name]
        self.fake.break_next(method, fate=fate)
        yield
        self.fake.heal()

    @contextlib.contextmanager
    def slow(self, name):
        self.fake.hang_next(name)
        yield
        self.fake.heal()

    def down(self, service):
        return self.fake.outage(service)

    hanging = down

    @contextlib.contextmanager
    def answer_lost(self, service, method):
        error = errors.CloudUnavailable('the answer is lost')
        self.fake.fail(method, error, after=True)
        yield

    # by what right

    def lend(self, kind, ends_in=None):
        """Give a living right of a kind; of a credential, for some seconds."""
        if kind is model.DelegationKind.TRUST:
            return self._right(self.fake.add_trust(self.project_id))
        if kind is model.DelegationKind.ASSIGNMENT:
            self.fake.world.keystone.assigned.add(self.project_id)
            return self._right(
                model.Delegation(self.project_id, self.project_id, kind)
            )
        made = self.make_credential()
        ends = None if ends_in is None else clock.now()
        self.fake.world.keystone.credentials[made.id].expires_at = ends
        right = model.Delegation(self.project_id, str(uuid.uuid4()), kind)
        if ends is not None:
            lapses = self.fake.world.keystone.lapses
            lapses[right.right_id] = keystone_module.LAPSES['expired']
        self._kept[right.right_id] = made
        return self._right(right, made, ends)

    @staticmethod
    def _right(delegation, credential=None, ends=None):
        known = credential.id if credential else None
        return model.Right(delegation, known, None, ends, None)

    def make_credential(self, roles=('member',), ends=None):
        made = self.fake.add_credential(self.project_id, expires_at=ends)
        made.is_alive = 'member' in roles
        return model.Credential(made.id, made.secret)

    def enroller_of(self, roles):
        """Give one whose trusts pass on other roles."""
        return fakes.FakeEnroller(self.fake, roles)

    def make_role(self, name):
        """Have a role that nobody holds; the fake keeps no list of them."""

    def give_roles(self, *names):
        """Have the caller hold more roles in the project."""
        self.caller = fakes.Caller(self.caller.roles | {*names})

    def another_project(self):
        return self.fake.add_project().project_id

    @contextlib.contextmanager
    def dead(self, right, how):
        """Have a right die in a way, until the end of the block."""
        keystone, delegation = self.fake.world.keystone, right.delegation
        keystone.lapses[delegation.right_id] = keystone_module.LAPSES[how]
        credential = keystone.credentials.get(right.credential_id)
        self.fake.kill_trust(delegation)
        keystone.assigned.discard(self.project_id)
        if credential:
            credential.is_alive = False
        if how == 'project deleted':
            self.fake.kill_trusts_of(self.project_id)
        yield
        if how.endswith('deleted'):
            return
        if credential:
            credential.is_alive = True
        elif delegation.kind is model.DelegationKind.ASSIGNMENT:
            keystone.assigned.add(self.project_id)
        else:
            self.fake.revive_trust(delegation)

    def change_password(self):
        """Let the user have another; the fake knows of none."""

    def obey(self, command):
        """Do what an administrator is told to."""
        match = re.fullmatch(
            r'openstack role add --user \S+ --project (\S+) member', command
        )
        self.fake.world.keystone.assigned.add(match[1])

    @contextlib.contextmanager
    def delegation_dead(self):
        self.fake.kill_trust(self.delegation)
        yield
        self.fake.revive_trust(self.delegation)

    def limited(self, registered, own):
        names = dict.fromkeys(model.Limited, 0)
        stranger = self.fake.add_project('f' * 32)
        self.fake.limit_ours(stranger.project_id, **names | registered)
        self.fake.limit_ours(self.project_id, **names | registered | own)
        return _Limited(self.fake.limits)

    def change_limit(self, name, limit):
        self.fake.limit_ours(self.project_id, **{name: limit})

    def limits_away(self):
        return self.fake.outage('keystone')


@dataclasses.dataclass
class _Limited:
    """Reads limits as the real cloud's reader does."""

    of: object
