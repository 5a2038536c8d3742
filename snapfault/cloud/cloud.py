"""The port's Cloud on a real one."""

import collections.abc
import datetime

from keystoneauth1 import adapter as ksa_adapter

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import gnocchi
from snapfault.cloud import project
from snapfault.cloud import session

Now = collections.abc.Callable[[], datetime.datetime]


class Cloud:
    """Implements :class:`snapfault.cloud.port.Cloud`."""

    def __init__(
        self,
        sessions: session.Sessions,
        max_age: int = 900,
        now: Now = clock.now,
    ) -> None:
        """Take the doors to use.

        :param max_age: seconds a measure may be old, [rank] max_age
        """
        self._sessions = sessions
        self._max_age = max_age
        self._now = now

    def project(self, delegation: model.Delegation) -> project.Project:
        """See the port."""
        return project.Project(self._sessions.by_trust(delegation.trust_id))

    def host_status(self, server_id: str) -> str | None:
        """See the port."""
        try:
            found = compute.show(self._sessions.own, server_id)
        except (errors.CloudRefused, errors.NotFound):
            return None
        # Nova leaves it out for who is no administrator.
        return found.get('host_status') or None

    def read_measures(
        self,
        server_ids: collections.abc.Collection[str],
        metrics: collections.abc.Collection[rules.Metric],
    ) -> dict[str, model.Measures]:
        """See the port."""
        adapter = ksa_adapter.Adapter(
            self._sessions.own.session,
            service_type='metric',
            interface=self._sessions.interface,
            region_name=self._sessions.region_name,
        )
        return dict(
            gnocchi.read(
                adapter,
                server_ids,
                metrics,
                now=self._now(),
                max_age=self._max_age,
            )
        )

    def revoke(self, delegation: model.Delegation) -> None:
        """See the port.

        The trust removes itself, in its trustor's name; a dead one gets no
        token for that, and only an administrator can remove it.
        """
        trust_id = delegation.trust_id
        try:
            _remove(self._sessions.by_trust(trust_id), trust_id)
        except errors.DelegationDead:
            _remove(self._sessions.own, trust_id)
        self._sessions.forget(trust_id)


def _remove(door: doors.Door, trust_id: str) -> None:
    try:
        door.change('DELETE', 'identity', 'OS-TRUST', 'trusts', trust_id)
    except errors.NotFound:
        return  # gone already, which is what was asked for
