"""Doors to the cloud: as the service, by a trust, or as a caller.

All share one pool of connections and one cache of what the services' roots
say; a token is fetched when it is needed and never kept beyond a process.
"""

import threading
import typing

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import loading
from keystoneauth1 import session as ksa_session
import openstack.connection
from oslo_config import cfg

from snapfault import errors
from snapfault.cloud import door
from snapfault.conf import cloud as cloud_conf

#: What a trust's token must not be scoped to besides the trust.
_SCOPES: typing.Final = (
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


class Sessions:
    """Makes doors from the options in [cloud]; safe to share by threads."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
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
        self._trusts: dict[str, door.Door] = {}
        self._lock = threading.Lock()
        self.own = self._door(self._auth(), self._own_denied)

    def by_trust(self, trust_id: str) -> door.Door:
        """Give the door of a trust: made once, then shared."""
        with self._lock:
            if trust_id not in self._trusts:
                scope = dict.fromkeys(_SCOPES)
                self._trusts[trust_id] = self._door(
                    self._auth(trust_id=trust_id, **scope),
                    self._trust_denied(trust_id),
                )
            return self._trusts[trust_id]

    def forget(self, trust_id: str) -> None:
        """Drop the door of a trust that was removed."""
        with self._lock:
            self._trusts.pop(trust_id, None)

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

    def _door(self, plugin: typing.Any, denied: door.Denied) -> door.Door:
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
        return door.Door(session, connected, denied, self._read_deadline)

    def _trust_denied(self, trust_id: str) -> door.Denied:
        def denied(asked: str, error: Exception) -> errors.SnapfaultError:
            # Keystone says the same when it is our own password that is
            # wrong, and then no delegation is dead.
            try:
                self.own.check()
            except errors.SnapfaultError as own_error:
                return own_error
            return errors.DelegationDead(
                f'{asked}: Keystone gives no token for trust {trust_id}: '
                f'{error}'
            )

        return denied

    @staticmethod
    def _own_denied(asked: str, error: Exception) -> errors.SnapfaultError:
        return errors.CloudUnavailable(
            f'{asked}: Keystone refuses the service user itself, see '
            f'[cloud] in the configuration: {error}'
        )


def _caller_denied(asked: str, error: Exception) -> errors.SnapfaultError:
    return errors.CloudRefused(f'{asked}: {error}')
