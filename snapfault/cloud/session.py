"""Doors to the cloud: as the service, by a delegation, or as a caller.

All share one pool of connections and one cache of what the services' roots
say; a token is fetched when it is needed and never kept beyond a process.
"""

import collections.abc
import threading
import typing

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import loading
from keystoneauth1 import session as ksa_session
import openstack.connection
from oslo_config import cfg

from snapfault import errors
from snapfault import model
from snapfault.cloud import credential
from snapfault.cloud import door
from snapfault.cloud import lapse
from snapfault.cloud import translate
from snapfault.conf import cloud as cloud_conf

#: What a token must not be scoped to besides what it is for.
_SCOPES: typing.Final = (
    'trust_id',
    'system_scope',
    'domain_id',
    'domain_name',
    'project_id',
    'project_name',
    'project_domain_id',
    'project_domain_name',
)
#: How many services, and idle connections to each, are kept open: beyond
#: that each call would make its own, and urllib3 complain of it.
_HOSTS: typing.Final = 16
_CONNECTIONS: typing.Final = 64

#: Gives what is kept of an application credential, by its right.
Open = collections.abc.Callable[[str], model.Credential]


def _nothing_kept(right_id: str) -> typing.NoReturn:
    raise errors.DelegationDead(f'no credential is kept for {right_id}')


class Sessions:
    """Makes doors from the options in [cloud]; safe to share by threads."""

    def __init__(
        self, conf: cfg.ConfigOpts, opens: Open = _nothing_kept
    ) -> None:
        self._conf = conf
        self._opens = opens
        #: The roles without which the work cannot be done.
        self.roles: tuple[str, ...] = tuple(conf.cloud.trust_roles)
        self._group = cloud_conf.GROUP.name
        self._read_deadline: float = conf[self._group].read_deadline
        self.region_name: str | None = conf[self._group].region_name
        self.interface: str = conf[self._group].interface
        self._transport = loading.load_session_from_conf_options(
            conf, self._group
        )
        for scheme in ('http://', 'https://'):
            adapter = self._transport.session.get_adapter(scheme)
            adapter.init_poolmanager(_HOSTS, _CONNECTIONS)
        self._discovered: dict[str, typing.Any] = {}
        self._doors: dict[model.Delegation, door.Door] = {}
        self._lock = threading.Lock()
        self.own = self._door(self._auth(), self._own_denied)

    def by_delegation(self, right: model.Delegation) -> door.Door:
        """Give the door of a right to act: made once, then shared."""
        with self._lock:
            if right not in self._doors:
                self._doors[right] = self._made(right)
            return self._doors[right]

    def forget(self, right: model.Delegation) -> None:
        """Drop the door of a right that was removed."""
        with self._lock:
            self._doors.pop(right, None)

    def by_credential(
        self, project_id: str, found: model.Credential
    ) -> door.Door:
        """Give a door by an application credential that is not kept yet."""
        right = model.Delegation(
            project_id, found.id, model.DelegationKind.APPLICATION_CREDENTIAL
        )
        return self._by_credential(right, lambda: found)

    def _made(self, right: model.Delegation) -> door.Door:
        kind = model.DelegationKind
        if right.kind is kind.APPLICATION_CREDENTIAL:
            return self._by_credential(
                right, lambda: self._opens(right.right_id)
            )
        scope: dict[str, str | None] = dict.fromkeys(_SCOPES)
        if right.kind is kind.ASSIGNMENT:
            scope['project_id'] = right.project_id
            return self._door(
                self._auth(**scope), self._dead(right), self.roles
            )
        # a trust has just the roles that it was made with
        scope['trust_id'] = right.right_id
        return self._door(self._auth(**scope), self._dead(right))

    def _by_credential(
        self, right: model.Delegation, opens: credential.Open
    ) -> door.Door:
        plugin = credential.Plugin(self._auth().auth_url, opens)
        return self._door(plugin, self._dead(right), self.roles)

    def by_caller(self, plugin: typing.Any) -> door.Door:
        """Give a door for one request, with its caller's own token."""
        return self._door(plugin, _caller_denied)

    def adapter(self, service_type: str) -> ksa_adapter.Adapter:
        """Give the service's own way to what the SDK has no proxy for."""
        return ksa_adapter.Adapter(
            self.own.session,
            service_type=service_type,
            interface=self.interface,
            region_name=self.region_name,
        )

    def _auth(self, **overrides: typing.Any) -> typing.Any:
        return loading.load_auth_from_conf_options(
            self._conf, self._group, **overrides
        )

    def _door(
        self,
        plugin: typing.Any,
        denied: door.Denied,
        roles: collections.abc.Collection[str] = (),
    ) -> door.Door:
        session = ksa_session.Session(
            auth=plugin,
            session=self._transport.session,
            verify=self._transport.verify,
            cert=self._transport.cert,
            timeout=self._transport.timeout,
            discovery_cache=self._discovered,
            app_name='snapfault',
        )
        connected = openstack.connection.Connection(
            session=session,
            region_name=self.region_name,
            interface=self.interface,
            strict_proxies=True,
        )
        return door.Door(
            session, connected, denied, self._read_deadline, roles
        )

    def _dead(self, right: model.Delegation) -> door.Denied:
        def denied(asked: str, error: Exception) -> errors.SnapfaultError:
            # Keystone says the same when it is our own password that is
            # wrong, and then no delegation is dead.
            try:
                self.own.check()
            except errors.SnapfaultError as own_error:
                return own_error
            return errors.DelegationDead(
                f'{asked}: Keystone gives no token {lapse.name(right)}: '
                f'{translate.told(error)}'
            )

        return denied

    @staticmethod
    def _own_denied(asked: str, error: Exception) -> errors.SnapfaultError:
        return errors.CloudUnavailable(
            f'{asked}: Keystone refuses the service user itself, see '
            f'[cloud] in the configuration: {translate.told(error)}'
        )


def _caller_denied(asked: str, error: Exception) -> errors.SnapfaultError:
    return errors.CloudRefused(f'{asked}: {translate.told(error)}')
