"""All that a program may ask of the service."""

import collections.abc
import typing

from openstack import exceptions
from openstack import proxy
from openstack import resource

from snapfault.sdk import drill
from snapfault.sdk import policy
from snapfault.sdk import protection
from snapfault.sdk import readiness as readiness_
from snapfault.sdk import recovery
from snapfault.sdk import recovery_point
from snapfault.sdk import task

Any = typing.Any
Policy = policy.Policy
Protection = protection.Protection
Task = task.Task
RecoveryPoint = recovery_point.RecoveryPoint
Recovery = recovery.Recovery
Drill = drill.Drill
Readiness = readiness_.Readiness
Found = collections.abc.Iterator
_R = typing.TypeVar('_R', bound=resource.Resource)


class Proxy(proxy.Proxy):
    """The first version of the API.

    What lists take as ``query`` are the filters of the API, its ``sort``, and
    ``all_projects`` for who may. Each method raises the exceptions of
    openstacksdk; their text is the service's reason.
    """

    api_version: typing.ClassVar[typing.Literal['1']] = '1'
    _resource_registry: typing.ClassVar[Any] = {
        'policy': Policy,
        'protection': Protection,
        'task': Task,
        'recovery_point': RecoveryPoint,
        'recovery': Recovery,
        'drill': Drill,
        'readiness': Readiness,
    }

    def request(self, url: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request; a refusal is raised with the service's reason.

        openstacksdk itself does not read errors of the form that the API
        guidelines ask for.
        """
        response = super().request(url, method, *args, **kwargs)
        reason = _reason(response)
        if reason:
            exceptions.raise_from_response(response, error_message=reason)
        return response

    # policies

    def policies(self, **query: Any) -> Found[Policy]:
        """List policies, newest first without a ``sort``."""
        return self._list(Policy, **query)

    def get_policy(self, policy: str | Policy) -> Policy:
        """Give a policy by its id."""
        return self._get(Policy, policy)

    def find_policy(
        self, name_or_id: str, ignore_missing: bool = True
    ) -> Policy | None:
        """Give a policy by its name or its id; None: there is none."""
        return self._named(Policy, name_or_id, 'name', ignore_missing)

    def create_policy(self, **members: Any) -> Policy:
        """Make a policy."""
        return self._create(Policy, **members)

    def update_policy(self, policy: str | Policy, **members: Any) -> Policy:
        """Change the members that are named."""
        return self._update(Policy, policy, **members)

    def delete_policy(
        self, policy: str | Policy, ignore_missing: bool = True
    ) -> None:
        """Delete a policy that no protection is under."""
        self._delete(Policy, policy, ignore_missing=ignore_missing)

    # protections

    def protections(self, **query: Any) -> Found[Protection]:
        """List protections, newest first without a ``sort``."""
        return self._list(Protection, **query)

    def get_protection(self, protection: str | Protection) -> Protection:
        """Give a protection by its id."""
        return self._get(Protection, protection)

    def find_protection(
        self, name_or_id: str, ignore_missing: bool = True
    ) -> Protection | None:
        """Give a protection by its business id or its id; None: none."""
        return self._named(
            Protection, name_or_id, 'business_id', ignore_missing
        )

    def create_protection(self, **members: Any) -> Protection:
        """Protect a server."""
        return self._create(Protection, **members)

    def update_protection(
        self, protection: str | Protection, **members: Any
    ) -> Protection:
        """Put a protection under another policy, or pause it."""
        return self._update(Protection, protection, **members)

    def delete_protection(
        self, protection: str | Protection, ignore_missing: bool = True
    ) -> None:
        """End a protection; its recovery points stay.

        One with running work is there until the end of that: it shows
        ``ending_at``, and ``openstack.resource.wait_for_delete`` waits.
        """
        self._delete(Protection, protection, ignore_missing=ignore_missing)

    # tasks

    def tasks(self, **query: Any) -> Found[Task]:
        """List tasks, newest first without a ``sort``."""
        return self._list(Task, **query)

    def get_task(self, task: str | Task) -> Task:
        """Give a task by its id."""
        return self._get(Task, task)

    def create_task(self, **members: Any) -> Task:
        """Have a protection run now."""
        return self._create(Task, **members)

    # recovery points

    def recovery_points(self, **query: Any) -> Found[RecoveryPoint]:
        """List recovery points, newest first without a ``sort``."""
        return self._list(RecoveryPoint, **query)

    def get_recovery_point(self, point: str | RecoveryPoint) -> RecoveryPoint:
        """Give a recovery point by its id."""
        return self._get(RecoveryPoint, point)

    def update_recovery_point(
        self, point: str | RecoveryPoint, **members: Any
    ) -> RecoveryPoint:
        """Pin a recovery point, or let it go with the others."""
        return self._update(RecoveryPoint, point, **members)

    def delete_recovery_point(
        self, point: str | RecoveryPoint, ignore_missing: bool = True
    ) -> None:
        """Have a recovery point and its snapshots deleted."""
        self._delete(RecoveryPoint, point, ignore_missing=ignore_missing)

    # recoveries

    def recoveries(self, **query: Any) -> Found[Recovery]:
        """List recoveries, newest first without a ``sort``."""
        return self._list(Recovery, **query)

    def get_recovery(self, recovery: str | Recovery) -> Recovery:
        """Give a recovery by its id."""
        return self._get(Recovery, recovery)

    def create_recovery(self, **members: Any) -> Recovery:
        """Have a service recovered: its server is rebuilt."""
        return self._create(Recovery, **members)

    def undo_recovery(self, recovery: str | Recovery) -> Recovery:
        """Put back what a recovery has taken away."""
        return self._get_resource(Recovery, recovery).undo(self)

    def abort_recovery(self, recovery: str | Recovery) -> Recovery:
        """Stop a recovery at its next step."""
        return self._get_resource(Recovery, recovery).abort(self)

    def approve_recovery(self, recovery: str | Recovery) -> Recovery:
        """Let a recovery begin that is held."""
        return self._get_resource(Recovery, recovery).approve(self)

    def retry_recovery(
        self, recovery: str | Recovery, **members: Any
    ) -> Recovery:
        """Try again what did not end well."""
        found = self._get_resource(Recovery, recovery)
        return found.retry(self, **members)

    def get_recovery_report(self, recovery: str | Recovery) -> dict[str, Any]:
        """Give all there is to say of a recovery; for people as ``text``."""
        return self._get_resource(Recovery, recovery).report(self)

    def get_recovery_plan(self, **query: Any) -> dict[str, Any]:
        """Give what a recovery would do; nothing is changed.

        :param query: ``business_id``, and what a recovery may be asked for
        """
        return self._read('/recovery-plan', 'recovery_plan', query)

    def readiness(self, **query: Any) -> Found[Readiness]:
        """Judge of protections whether they could be recovered."""
        return self._list(Readiness, **query)

    # drills

    def drills(self, **query: Any) -> Found[Drill]:
        """List drills, newest first without a ``sort``."""
        return self._list(Drill, **query)

    def get_drill(self, drill: str | Drill) -> Drill:
        """Give a drill by its id."""
        return self._get(Drill, drill)

    def create_drill(self, **members: Any) -> Drill:
        """Have the recovery of a service rehearsed."""
        return self._create(Drill, **members)

    # the plan

    def get_plan(self, **query: Any) -> list[dict[str, Any]]:
        """Give what would run next, in that order."""
        found: list[dict[str, Any]] = self._read('/plan', 'plan', query)[
            'tasks'
        ]
        return found

    def wait_for_status(
        self,
        waited_for: _R,
        status: str,
        failures: collections.abc.Sequence[str] = (),
        interval: float = 2,
        wait: float = 600,
    ) -> _R:
        """Look until a resource has a status.

        :param failures: statuses that end the wait with an error
        :param interval: seconds between two looks
        :param wait: seconds in all
        :raises ResourceFailure: it came to one of the failures
        :raises ResourceTimeout: it took longer
        """
        return resource.wait_for_status(
            self, waited_for, status, list(failures), interval, wait
        )

    def _read(self, path: str, key: str, query: Any) -> dict[str, Any]:
        """Give what is no resource: it has no id and nothing to change."""
        response = self.get(
            path,
            params=query,
            microversion=Policy._get_microversion(self),
        )
        exceptions.raise_from_response(response)
        found: dict[str, Any] = response.json()[key]
        return found

    def _named(
        self, kind: type[_R], text: str, member: str, ignore_missing: bool
    ) -> _R | None:
        """Find by a name, which is unique in a project, or by an id."""
        found = next(iter(self._list(kind, **{member: text})), None)
        if found is not None:
            return found
        try:
            return self._get(kind, text)
        except exceptions.NotFoundException:
            if not ignore_missing:
                raise
            return None


def _reason(response: Any) -> str:
    """Read why the service said no; empty: it did not, or not in its form."""
    if response.status_code < 400:
        return ''
    try:
        found = response.json()['errors'][0]
        return f'{found["detail"]} (request {found["request_id"]})'
    except (ValueError, LookupError, TypeError):
        return ''
