"""Why a right to act for a project is dead, and what to do about it."""

import collections.abc
import datetime
import typing

from snapfault import errors
from snapfault import model
from snapfault.cloud import door as doors

_KIND: typing.Final = model.DelegationKind
#: What a person does where the right itself is gone.
_ANEW: typing.Final = {
    _KIND.TRUST: (
        'let a user of the project give another by `openstack protection set'
        ' PROTECTION --delegation trust`'
    ),
    _KIND.APPLICATION_CREDENTIAL: (
        'hand over another by `openstack protection set PROTECTION'
        ' --delegation application-credential --application-credential ID`'
    ),
}


def name(right: model.Delegation) -> str:
    """Name a right, as what a token is asked for by."""
    if right.kind is _KIND.TRUST:
        return f'for trust {right.right_id}'
    if right.kind is _KIND.ASSIGNMENT:
        return f'for our own user in project {right.project_id}'
    return f'for the application credential of right {right.right_id}'


def grant(
    user_id: str, project_id: str, roles: collections.abc.Iterable[str]
) -> str:
    """Give the commands that assign roles to our user in a project."""
    return ' && '.join(
        f'openstack role add --user {user_id} --project {project_id} {role}'
        for role in roles
    )


class Inquest:
    """Asks Keystone, as the service, what has become of a right.

    How much it is told depends on the roles of the service user: what it may
    not read is left open, and the text names all that it can be.
    """

    def __init__(
        self, own: doors.Door, roles: collections.abc.Sequence[str]
    ) -> None:
        """Take the service's own door, and the roles that a right needs."""
        self._own = own
        self._roles = roles

    def why(self, right: model.Right, now: datetime.datetime) -> str:
        """Say why a right is dead, as far as can be told, and what to do."""
        delegation = right.delegation
        project_id = delegation.project_id
        project = self._read('project', 'projects', project_id)
        if project is None:
            return (
                f'project {project_id} is deleted: delete the protection,'
                ' nothing of it can be recovered'
            )
        if not project.get('enabled', True):
            return (
                f'project {project_id} is disabled: `openstack project set'
                f' --enable {project_id}`, and it goes on'
            )
        if delegation.kind is _KIND.ASSIGNMENT:
            return self._assignment(project_id)
        if delegation.kind is _KIND.TRUST:
            return self._trust(delegation)
        return self._credential(right, now)

    def _assignment(self, project_id: str) -> str:
        command = grant(self._own.user_id, project_id, self._roles)
        return (
            f'the user of this service lacks the roles'
            f' {", ".join(self._roles)} in project {project_id}: `{command}`'
        )

    def _trust(self, right: model.Delegation) -> str:
        trust = self._read('trust', 'OS-TRUST', 'trusts', right.right_id)
        if trust is None:
            return (
                f'trust {right.right_id}, or the user who gave it, is'
                f' deleted: {_ANEW[right.kind]}'
            )
        giver = trust.get('trustor_user_id', 'who gave it')
        named = [each['name'] for each in trust.get('roles', ())]
        return self._user(right, giver, named or self._roles)

    def _credential(self, right: model.Right, now: datetime.datetime) -> str:
        kind = right.delegation.kind
        what = f'application credential {right.credential_id}'
        if right.expires_at is not None and right.expires_at <= now:
            return f'{what} expired at {right.expires_at}: {_ANEW[kind]}'
        path = ('application_credentials', str(right.credential_id))
        found = self._read(
            'application_credential', 'users', str(right.user_id), *path
        )
        if found is None:
            return f'{what}, or its user, is deleted: {_ANEW[kind]}'
        return self._user(right.delegation, str(right.user_id), self._roles)

    def _user(
        self,
        right: model.Delegation,
        user_id: str,
        roles: collections.abc.Sequence[str],
    ) -> str:
        user = self._read('user', 'users', user_id)
        if user is None:
            return f'user {user_id} is deleted: {_ANEW[right.kind]}'
        enable = f'`openstack user set --enable {user_id}`'
        if not user.get('enabled', True):
            return f'user {user_id} is disabled: {enable}, and it goes on'
        command = grant(user_id, right.project_id, roles)
        lacks = (
            f'user {user_id} has lost one of the roles {", ".join(roles)}'
            f' in project {right.project_id}: `{command}`'
        )
        if user:
            return f'{lacks}, or {_ANEW[right.kind]}'
        return f'{lacks}; or is disabled: {enable}; or {_ANEW[right.kind]}'

    def _read(self, noun: str, *path: str) -> dict[str, typing.Any] | None:
        """Read something of Keystone's.

        :returns: None: it is gone; empty: that may not be known
        """
        try:
            return dict(self._own.get('identity', *path)[noun])
        except errors.NotFound:
            return None
        except (errors.CloudRefused, KeyError, TypeError, ValueError):
            return {}
