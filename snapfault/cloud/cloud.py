"""The port's Cloud on a real one."""

import collections.abc
import datetime

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import admin
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import group
from snapfault.cloud import lapse
from snapfault.cloud import limits
from snapfault.cloud import project
from snapfault.cloud import session
from snapfault.cloud import source


class Cloud:
    """Implements :class:`snapfault.cloud.port.Cloud`."""

    def __init__(
        self,
        sessions: session.Sessions,
        measured_by: source.Source | None = None,
        limited_by: limits.Limits | None = None,
    ) -> None:
        """Take the doors to use.

        :param measured_by: where measures come from; None: nowhere
        :param limited_by: where limits come from; None: there are none
        """
        self._limits = limited_by
        self._sessions = sessions
        self._source = measured_by

    def project(self, delegation: model.Delegation) -> project.Project:
        """See the port."""
        return project.Project(self._sessions.by_delegation(delegation))

    def limits(self, project_id: str) -> model.Limits:
        """See the port."""
        if self._limits is None:
            return model.UNLIMITED
        return self._limits.of(project_id)

    def host_status(self, server_id: str) -> str | None:
        """See the port."""
        try:
            found = compute.show(self._sessions.own, server_id)
        except (errors.CloudRefused, errors.NotFound):
            return None
        # Nova leaves it out for who is no administrator.
        return found.get('host_status') or None

    def locate_server(self, server_id: str) -> resource.Placed | None:
        """See the port."""
        try:
            return admin.locate_server(self._sessions.own, server_id)
        except (errors.CloudRefused, errors.NotFound):
            return None

    def list_hosts(self) -> list[resource.Host]:
        """See the port."""
        try:
            return admin.list_hosts(self._sessions.own)
        except errors.CloudRefused:
            return []

    def list_all(self) -> dict[str, resource.Estate]:
        """See the port."""
        return admin.list_all(self._sessions.own)

    def evacuate_server(self, server_id: str) -> None:
        """See the port."""
        admin.evacuate(self._sessions.own, server_id)

    def repair_volume(self, volume_id: str) -> None:
        """See the port."""
        admin.repair_volume(self._sessions.own, volume_id)

    def is_consistent(self, group_type_id: str) -> bool | None:
        """See the port."""
        try:
            return group.is_consistent(self._sessions.own, group_type_id)
        except (errors.CloudRefused, errors.NotFound):
            return None

    def read_measures(
        self,
        server_ids: collections.abc.Collection[str],
        metrics: collections.abc.Collection[rules.Metric],
    ) -> dict[str, model.Measures]:
        """See the port."""
        if self._source is None:
            return {}
        return self._source.read(server_ids, metrics)

    def revoke(self, delegation: model.Delegation) -> None:
        """See the port.

        The trust removes itself, in its trustor's name; a dead one gets no
        token for that, and only an administrator can remove it. An
        assignment and an application credential are not ours to remove.
        """
        if delegation.kind is model.DelegationKind.TRUST:
            trust_id = delegation.right_id
            try:
                _remove(self._sessions.by_delegation(delegation), trust_id)
            except errors.DelegationDead:
                _remove(self._sessions.own, trust_id)
        self._sessions.forget(delegation)

    def why_dead(self, right: model.Right, now: datetime.datetime) -> str:
        """See the port."""
        inquest = lapse.Inquest(self._sessions.own, self._sessions.roles)
        return inquest.why(right, now)


def _remove(door: doors.Door, trust_id: str) -> None:
    try:
        door.change('DELETE', 'identity', 'OS-TRUST', 'trusts', trust_id)
    except errors.NotFound:
        return  # gone already, which is what was asked for
