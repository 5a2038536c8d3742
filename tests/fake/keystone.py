"""What the fake's Keystone holds beside trusts, and what it refuses."""

import dataclasses
import datetime

from snapfault import errors
from snapfault import model

COMMAND = '`openstack role add --user snapfault --project {} member`'
#: What is said of a right that died so, in the real one's words.
LAPSES = {
    'role removed': 'openstack role add',
    'user disabled': 'openstack user set --enable',
    'project disabled': 'openstack project set --enable',
    'project deleted': 'is deleted: delete the protection',
    'user deleted': 'openstack protection set PROTECTION --delegation',
    'deleted': 'openstack protection set PROTECTION --delegation',
    'expired': 'expired: openstack protection set PROTECTION --delegation',
}


@dataclasses.dataclass
class Credential:
    """An application credential."""

    id: str
    project_id: str
    secret: str
    expires_at: datetime.datetime | None = None
    is_alive: bool = True  #: its user is, and holds the role


class Keystone:
    """Assignments and application credentials."""

    def __init__(self, now):
        self._now = now
        #: The projects in which our user holds the roles it needs.
        self.assigned: set[str] = set()
        self.credentials: dict[str, Credential] = {}  #: by id
        self.passed_on: dict[str, tuple[str, ...]] = {}  #: roles, by trust
        self.lapses: dict[str, str] = {}  #: why it is dead, by right

    def check_assigned(self, project_id):
        if project_id not in self.assigned:
            raise errors.DelegationDead(
                f'our user holds no role in project {project_id}:'
                f' {COMMAND.format(project_id)}'
            )

    def check_credential(self, project_id, shown):
        """Refuse a :class:`snapfault.model.Credential` that gives no token."""
        known = self.credentials.get(shown.id)
        if (
            known is None
            or not known.is_alive
            or (known.project_id, known.secret) != (project_id, shown.secret)
            or (known.expires_at and known.expires_at <= self._now())
        ):
            raise errors.DelegationDead(
                f'no token by application credential {shown.id}'
            )

    def check_offered(self, project_id, offer):
        """Refuse what a caller hands over and cannot be used."""
        if offer.kind is model.DelegationKind.ASSIGNMENT:
            self.check_assigned(project_id)
        elif offer.credential is not None:
            try:
                self.check_credential(project_id, offer.credential)
            except errors.DelegationDead as error:
                raise errors.InvalidInput(str(error)) from error
