"""The in-memory fake of the port: FakeCloud and what it hands out.

Time stands still between two calls of :meth:`FakeCloud.tick`, unless the
cloud was made with ``settle='auto'``: then each read first takes what is
under way one stage further. Safe to use from many threads.

>>> cloud = FakeCloud()
>>> delegation = cloud.add_project()
>>> server = cloud.add_server(delegation.project_id, volumes=2)
>>> cloud.fail('create_snapshot', errors.CloudUnavailable('503'))
>>> cloud.break_next('create_snapshot', match=volume.id)
"""

import contextlib
import dataclasses
import functools
import inspect
import threading
import uuid

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.cloud import request_ids
from snapfault.cloud import suitable
from snapfault.cloud import survey
from tests.fake import admin
from tests.fake import compute
from tests.fake import faults
from tests.fake import state
from tests.fake import volume
from tests.fake import world_building


class FakeCloud(world_building.Building, admin.Admin):
    """Implements :class:`snapfault.cloud.port.Cloud`."""

    def __init__(self, settle='tick', now=clock.now):
        self.world = state.World(now)
        self.faults = faults.Faults()
        self.cinder = volume.Cinder(self.world, self.faults)
        self.nova = compute.Nova(self.world, self.faults)
        self.calls: list[faults.Call] = []
        self.auto = settle == 'auto'
        self.latency = 0.0  #: seconds each call takes
        self.is_admin = True  #: the service user, in the cloud's eyes
        self._lock = threading.RLock()
        #: Gives what the service keeps of an application credential.
        self.opens = _keeps_nothing

    # the port

    def project(self, delegation):
        return FakeProject(self, delegation)

    def read_measures(self, server_ids, metrics):
        with self.call('read_measures', tuple(server_ids), tuple(metrics)):
            found = {}
            for server_id in server_ids:
                measures = self.world.measures.get(server_id, {})
                fresh = {
                    metric: measures[metric]
                    for metric in metrics
                    if metric in measures
                }
                if fresh:
                    found[server_id] = fresh
            return found

    def limits(self, project_id):
        with self.call('limits', project_id):
            return dict(self.world.projects[project_id].our_limits)

    def revoke(self, delegation):
        with self.call('revoke', delegation.right_id):
            self.world.trusts.pop(delegation.right_id, None)

    def why_dead(self, right, now):
        with self.call('why_dead', right.delegation.right_id):
            return self.world.keystone.lapses.get(
                right.delegation.right_id, 'it is gone: give another'
            )

    # how every call goes

    @contextlib.contextmanager
    def call(self, method, *args, delegation=None, act=None):
        """Note a call, and have it fail where that is armed.

        :param act: does what is asked, should it land later
        """
        if self.latency:
            threading.Event().wait(self.latency)
        self.faults.pass_gate(method)
        with self._lock:
            self.calls.append(faults.Call(method, args))
            if self.auto and method not in faults.CHANGES:
                self.tick()
            self._refuse(method, args, delegation)
            error = self.faults.put_off(method, args, act)
            if error is not None:
                raise error
            try:
                yield
            except errors.SnapfaultError:
                self._name(method)
                raise
            self.faults.land(method, args)
            error = self.faults.take_error(method, args, after=True)
            if error is not None:
                raise error
            self._name(method)

    def _name(self, method):
        """Give a change the id that the cloud's answer names it by."""
        if method in faults.CHANGES:
            request_ids.note(f'req-{len(self.calls)}')

    def _refuse(self, method, args, delegation):
        service = faults.SERVICES[method]
        if delegation is not None:
            self._check_right(delegation)
        if service in self.faults.down:
            raise errors.CloudUnavailable(f'{service} does not answer')
        error = self.faults.take_error(method, args, after=False)
        if error is not None:
            raise error

    def _check_right(self, right):
        if 'keystone' in self.faults.down:
            raise errors.CloudUnavailable('keystone does not answer')
        project_id, kind = right.project_id, model.DelegationKind
        if right.kind is kind.ASSIGNMENT:
            self.world.keystone.check_assigned(project_id)
        elif right.kind is kind.APPLICATION_CREDENTIAL:
            kept = self.opens(right.right_id)
            self.world.keystone.check_credential(project_id, kept)
        elif self.world.trusts.get(right.right_id) != project_id:
            raise errors.DelegationDead(
                f'no token from trust {right.right_id}'
            )

    # time

    def tick(self, count=1):
        """Take all that is under way one stage further, ``count`` times."""
        with self._lock:
            self.world.tick(count)

    def settle(self):
        """Finish all that is under way and does not hang."""
        with self._lock:
            self.world.settle()

    # what was asked

    def count(self, *methods):
        """Count the calls: of all methods, or of those named."""
        with self._lock:
            return sum(
                not methods or each.method in methods for each in self.calls
            )

    def changes(self):
        """List the calls that change the cloud."""
        with self._lock:
            return [
                each for each in self.calls if each.method in faults.CHANGES
            ]

    # faults

    def fail(self, method, error, times=1, match=None, after=False):
        """Have calls raise an error, before or after they acted.

        :param times: None: until :meth:`heal`
        :param match: only calls with this text in an argument
        """
        self.faults.add(
            faults.Armed(method, times, match, error=error, after=after)
        )

    def land_later(self, method, error, match=None):
        """Have a call raise an error, and act once the same is asked again.

        So a time-out on the way looks: the request waits in a queue, and
        what is asked for in its stead overtakes it.
        """
        self.faults.add(faults.Armed(method, 1, match, error=error, late=True))

    def break_next(self, method, times=1, match=None, fate='error'):
        """Have work that was accepted go wrong.

        :param fate: 'error'; 'hang' (never ends); 'busy' (a snapshot's
            removal: it is ``available`` again); 'lost' (a volume: it stays
            ``creating``, and no backend knows of it); 'reserved' (a rebuild:
            ERROR, and the volumes stay ``reserved``); 'reimage' (a rebuild of
            one that boots from a volume: ERROR, that volume ``error``, and
            the others ``reserved``)
        """
        self.faults.add(faults.Armed(method, times, match, fate=fate))

    def hang_next(self, method, times=1, match=None):
        """Have work that was accepted never end, until :meth:`heal`."""
        self.break_next(method, times, match, fate='hang')

    @contextlib.contextmanager
    def outage(self, *services):
        """Let no call of 'nova', 'cinder', 'keystone' ... be answered."""
        self.faults.down.update(services)
        try:
            yield
        finally:
            self.faults.down.difference_update(services)

    @contextlib.contextmanager
    def hang(self, method):
        """Let no call of a method be answered until the end of the block."""
        self.faults.gates[method] = threading.Event()
        try:
            yield
        finally:
            self.faults.gates.pop(method).set()

    def heal(self):
        """Disarm all faults, and let what hangs go on."""
        with self._lock:
            self.faults.armed.clear()
            self.faults.down.clear()
            for each in self.world.operations:
                each.hung = False

    def kill_trust(self, delegation):
        """Let Keystone give no token for it any more."""
        self.world.trusts.pop(delegation.right_id, None)

    def kill_trusts_of(self, project_id):
        """Have none of a project's stay, as Keystone does that deletes it."""
        trusts = self.world.trusts
        for each in [k for k, v in trusts.items() if v == project_id]:
            del trusts[each]

    def revive_trust(self, delegation):
        """Let it live again, as when the role is given back."""
        self.world.trusts[delegation.right_id] = delegation.project_id


class FakeProject:
    """Implements :class:`snapfault.cloud.port.Project`."""

    def __init__(self, cloud, delegation):
        self._cloud = cloud
        self._delegation = delegation

    def check(self):
        with self._cloud.call('check', delegation=self._delegation):
            pass

    def reimages_roots(self):
        return self._cloud.nova.reimages  # known, so that nobody is asked


def _delegate(name):
    """Make the method of FakeProject that Nova's or Cinder's half answers.

    It takes exactly the arguments that the port's method takes.
    """
    signature = inspect.signature(getattr(port.Project, name))

    @functools.wraps(getattr(port.Project, name))
    def method(self, *args, **kwargs):
        bound = signature.bind(self, *args, **kwargs)
        args = bound.args[1:]
        cloud, delegation = self._cloud, self._delegation
        half = cloud.cinder if hasattr(cloud.cinder, name) else cloud.nova
        act = functools.partial(
            getattr(half, name), delegation.project_id, *args
        )
        with cloud.call(name, *args, delegation=delegation, act=act):
            return act()

    return method


for _name in faults.SERVICES:
    if hasattr(port.Project, _name) and _name != 'check':
        setattr(FakeProject, _name, _delegate(_name))


@dataclasses.dataclass(frozen=True)
class Caller:
    """Stands for the token of one who asks; the fake needs none."""

    roles: frozenset[str] = frozenset({'member'})


class FakeEnroller:
    """Implements :class:`snapfault.cloud.port.Enroller`.

    Any caller will do but a :class:`Caller` who lacks one of the roles.
    """

    def __init__(self, cloud, roles=('member',)):
        self._cloud = cloud
        self._roles = roles

    def enrol(self, caller, project_id, server_id, offer=port.NO_OFFER):
        cloud = self._cloud
        with cloud.call('enrol', project_id, server_id):
            cloud.world.keystone.check_offered(project_id, offer)
            try:
                server = cloud.nova.get_server(project_id, server_id)
            except errors.NotFound as error:
                raise errors.InvalidInput(
                    f'no server {server_id} in the project'
                ) from error
            volumes = [
                cloud.cinder.get_volume(project_id, each.volume_id)
                for each in cloud.nova.list_attachments(project_id, server_id)
            ]
            image_id = suitable.image_of(server, volumes)
            try:
                image = cloud.nova.get_image(project_id, image_id)
            except errors.NotFound:
                image = None
            suitable.check(server, image, volumes)
            return model.Enrolment(
                server_id,
                server.name,
                image_id,
                *self._right(caller, project_id, offer),
            )

    def _right(self, caller, project_id, offer):
        kind = offer.kind
        if kind is model.DelegationKind.ASSIGNMENT:
            return (model.Delegation(project_id, project_id, kind),)
        if offer.credential is not None:
            right_id = str(uuid.uuid4())
            known = self._cloud.world.keystone.credentials[offer.credential.id]
            return model.Delegation(project_id, right_id, kind), (
                dataclasses.replace(
                    offer.credential,
                    user_id='user',
                    expires_at=known.expires_at,
                )
            )
        return (self._make_trust(caller, project_id),)

    def survey(self, caller, project_id, server_ids):
        token = self._cloud.add_trust(project_id)  # stands for the caller's
        try:
            project = FakeProject(self._cloud, token)
            listed = {each.id: each for each in project.list_servers()}
            found = survey.survey(
                project,
                [listed[each] for each in server_ids if each in listed],
            )
        finally:
            self._cloud.kill_trust(token)
        unknown = {
            each: f'there is no server {each} in the project'
            for each in server_ids
            if each not in listed
        }
        return resource.Survey(
            found.images, {**found.unfit, **unknown}, frozenset(unknown)
        )

    def delegate(self, caller, project_id):
        with self._cloud.call('delegate', project_id):
            return self._make_trust(caller, project_id)

    def _make_trust(self, caller, project_id):
        lacks = isinstance(caller, Caller) and {*self._roles} - caller.roles
        if lacks:
            raise errors.CloudRefused(
                f'this caller can make no trust of the roles {self._roles}'
            )
        return self._cloud.add_trust(project_id, self._roles)


def _keeps_nothing(right_id):
    raise errors.DelegationDead(f'no credential is kept for {right_id}')
