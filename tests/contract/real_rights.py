"""Rights of every kind on a real Keystone, and how each dies."""

import contextlib
import datetime
import os
import subprocess
import sys
import uuid

from snapfault import model
from snapfault.cloud import enrol

KIND = model.DelegationKind


class Rights:
    """What a world has of Keystone; mixed into it."""

    def lend(self, kind, ends_in=None):
        """Give a living right of a kind; of a credential, for some seconds."""
        if kind is KIND.TRUST:
            return model.Right(self.delegation, None, None, None, None)
        right_id = self.project_id
        if kind is KIND.ASSIGNMENT:
            self._assign('PUT')
            right = model.Delegation(self.project_id, right_id, kind)
            return model.Right(right, None, None, None, None)
        ends = None
        if ends_in is not None:
            now = datetime.datetime.now(datetime.UTC)
            ends = now + datetime.timedelta(seconds=ends_in)
        made = self.make_credential(ends=ends)
        right = model.Delegation(self.project_id, str(uuid.uuid4()), kind)
        self.site.kept[right.right_id] = made
        return model.Right(right, made.id, self._user_id, ends, None)

    def _assign(self, method, role='member'):
        own = self.site.sessions.own.user_id
        self.site.set_role(method, self.project_id, own, role)

    def make_credential(self, roles=(), ends=None):
        body = {'name': uuid.uuid4().hex}
        if roles:
            body['roles'] = [{'name': each} for each in roles]
        if ends is not None:
            body['expires_at'] = ends.replace(tzinfo=None).isoformat()
        made = self._ask(
            'POST',
            'identity',
            f'/users/{self._user_id}/application_credentials',
            {'application_credential': body},
        )['application_credential']
        self.site.hold_place()
        return model.Credential(made['id'], made['secret'])

    def enroller_of(self, roles):
        """Give one whose trusts pass on other roles."""
        return enrol.Enroller(self.site.sessions, self.cloud, roles)

    def make_role(self, name):
        """Have a role of that name."""
        if not self.site.ask('GET', 'identity', f'/roles?name={name}')[
            'roles'
        ]:
            self.site.create('role', {'name': name})

    def give_roles(self, *names):
        """Have the caller hold more roles in the project."""
        for each in names:
            self.make_role(each)
            self.site.set_role('PUT', self.project_id, self._user_id, each)

    def read_trust(self, right):
        """Give what Keystone has of a trust, as its giver may read it."""
        path = f'/OS-TRUST/trusts/{right.right_id}'
        found = self._ask('GET', 'identity', path)['trust']
        ours = self.site.sessions.own.user_id
        return {
            **{
                name: found[name]
                for name in (
                    *('project_id', 'impersonation'),
                    *('redelegation_count', 'expires_at'),
                )
            },
            'trustee_is_ours': found['trustee_user_id'] == ours,
            'roles': sorted(each['name'] for each in found['roles']),
        }

    def another_project(self):
        return self.site.make_user()[1]

    @contextlib.contextmanager
    def dead(self, right, how):
        """Have a right die in a way, until the end of the block."""
        do, undo = getattr(self, f'_{how.replace(" ", "_")}')(right)
        do()
        yield
        undo()

    def _role_removed(self, right):
        if right.delegation.kind is KIND.ASSIGNMENT:
            return tuple(
                lambda each=each: self._assign(each)
                for each in ('DELETE', 'PUT')
            )
        return tuple(
            lambda each=each: self.site.set_role(
                each, self.project_id, self._user_id
            )
            for each in ('DELETE', 'PUT')
        )

    def _user_disabled(self, right):
        return self._patched('user', self._user_id)

    def _project_disabled(self, right):
        return self._patched('project', self.project_id)

    def _patched(self, noun, its_id):
        return tuple(
            lambda each=each: self.site.ask(
                'PATCH',
                'identity',
                f'/{noun}s/{its_id}',
                {noun: {'enabled': each}},
            )
            for each in (False, True)
        )

    def _user_deleted(self, right):
        return self._removed(f'/users/{self._user_id}')

    def _project_deleted(self, right):
        return self._removed(f'/projects/{self.project_id}')

    def _deleted(self, right):
        if right.delegation.kind is KIND.TRUST:
            trust = f'/OS-TRUST/trusts/{right.delegation.right_id}'
            return self._removed(trust)
        return self._removed(
            f'/users/{self._user_id}/application_credentials'
            f'/{right.credential_id}'
        )

    def _removed(self, path):
        return (lambda: self.site.ask('DELETE', 'identity', path)), (
            lambda: None
        )

    def change_password(self):
        """Give the user another password, as an administrator does."""
        body = {'user': {'password': uuid.uuid4().hex}}
        self.site.ask('PATCH', 'identity', f'/users/{self._user_id}', body)

    def obey(self, command):
        """Do what an administrator is told to, to the letter."""
        client = os.path.join(os.path.dirname(sys.executable), 'openstack')
        assert command.startswith('openstack ')
        subprocess.run(
            [client, *command.split()[1:]],
            check=True,
            env={
                **os.environ,
                'OS_CLIENT_CONFIG_FILE': f'{self.site.state}/clouds.yaml',
                'OS_CLOUD': 'admin',
            },
        )
