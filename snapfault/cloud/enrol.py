"""The port's Enroller on a real cloud."""

import collections.abc
import dataclasses
import logging
import typing
import uuid

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import compute
from snapfault.cloud import door as doors
from snapfault.cloud import image
from snapfault.cloud import lapse
from snapfault.cloud import port
from snapfault.cloud import project as projects
from snapfault.cloud import session
from snapfault.cloud import suitable
from snapfault.cloud import survey
from snapfault.cloud import times
from snapfault.cloud import volume

LOG = logging.getLogger(__name__)


class Enroller:
    """Implements :class:`snapfault.cloud.port.Enroller`."""

    def __init__(
        self,
        sessions: session.Sessions,
        cloud: port.Cloud,
        trust_roles: list[str],
    ) -> None:
        """Take what is needed to make a trust, and to try it.

        :param trust_roles: names of the roles it passes on
        """
        self._sessions = sessions
        self._cloud = cloud
        self._roles = trust_roles

    def enrol(
        self,
        caller: typing.Any,
        project_id: str,
        server_id: str,
        offer: model.Offer = port.NO_OFFER,
    ) -> model.Enrolment:
        """See the port."""
        if offer.kind is model.DelegationKind.ASSIGNMENT:
            return self._by_assignment(project_id, server_id)
        if offer.credential is not None:
            return self._by_credential(project_id, server_id, offer.credential)
        door = self._sessions.by_caller(caller)
        server, image_id = _suitable(door, project_id, server_id)
        right = self._delegate(
            door, project_id, lambda project: project.get_server(server_id)
        )
        return model.Enrolment(server_id, server.name, image_id, right)

    def _by_assignment(
        self, project_id: str, server_id: str
    ) -> model.Enrolment:
        kind = model.DelegationKind.ASSIGNMENT
        right = model.Delegation(project_id, project_id, kind)
        door = self._sessions.by_delegation(right)
        try:
            door.check()
        except errors.DelegationDead as error:
            own, roles = self._sessions.own.user_id, self._sessions.roles
            command = lapse.grant(own, project_id, roles)
            raise errors.DelegationDead(
                f'the user of this service cannot act in project'
                f' {project_id}: if there is such a project, `{command}`,'
                f' then ask again ({error})'
            ) from error
        server, image_id = _suitable(door, project_id, server_id)
        return model.Enrolment(server_id, server.name, image_id, right)

    def _by_credential(
        self, project_id: str, server_id: str, offered: model.Credential
    ) -> model.Enrolment:
        door = self._sessions.by_credential(project_id, offered)
        try:
            door.check()
        except errors.DelegationDead as error:
            raise errors.InvalidInput(
                f'application credential {offered.id} cannot be used: {error}'
            ) from error
        if door.project_id != project_id:
            raise errors.InvalidInput(
                f'application credential {offered.id} is one of another'
                ' project'
            )
        server, image_id = _suitable(door, project_id, server_id)
        kind = model.DelegationKind.APPLICATION_CREDENTIAL
        right = model.Delegation(project_id, str(uuid.uuid4()), kind)
        credential = _looked_up(door, offered)
        return model.Enrolment(
            server_id, server.name, image_id, right, credential
        )

    def survey(
        self,
        caller: typing.Any,
        project_id: str,
        server_ids: collections.abc.Collection[str],
    ) -> resource.Survey:
        """See the port."""
        door = self._sessions.by_caller(caller)
        seen = projects.Project(door)
        # even an administrator is shown those of the token's project only
        listed = (
            {each.id: each for each in seen.list_servers()}
            if door.project_id == project_id
            else {}
        )
        found = survey.survey(
            seen, [listed[each] for each in server_ids if each in listed]
        )
        unknown = {
            each: f'there is no server {each} in the project'
            for each in server_ids
            if each not in listed
        }
        return resource.Survey(
            found.images, {**found.unfit, **unknown}, frozenset(unknown)
        )

    def delegate(
        self, caller: typing.Any, project_id: str
    ) -> model.Delegation:
        """See the port."""
        door = self._sessions.by_caller(caller)
        return self._delegate(door, project_id)

    def _delegate(
        self,
        door: doors.Door,
        project_id: str,
        prove: collections.abc.Callable[[port.Project], object] = lambda _: (
            None
        ),
    ) -> model.Delegation:
        """Make a trust; it goes again if it cannot be used."""
        trust_id = self._make_trust(door, project_id)
        delegation = model.Delegation(project_id, trust_id)
        try:
            project = self._cloud.project(delegation)
            project.check()
            prove(project)
        except BaseException:
            # whatever it was: no trust stays that nobody knows of
            self._remove(door, delegation)
            raise
        return delegation

    def _remove(self, door: doors.Door, right: model.Delegation) -> None:
        trust_id = right.right_id
        self._sessions.forget(right)
        try:
            door.change('DELETE', 'identity', 'OS-TRUST', 'trusts', trust_id)
        except errors.SnapfaultError:
            LOG.exception(
                'Trust %s serves nothing and could not be removed', trust_id
            )

    def _make_trust(self, door: doors.Door, project_id: str) -> str:
        trust = {
            'trustor_user_id': door.user_id,
            'trustee_user_id': self._sessions.own.user_id,
            'project_id': project_id,
            'impersonation': True,
            'roles': [{'name': each} for each in self._roles],
        }
        try:
            made = door.change(
                'POST',
                'identity',
                'OS-TRUST',
                'trusts',
                json={'trust': trust},
                # who lacks a role is told that there is no such role
                meaning={404: errors.CloudRefused},
            )
        except errors.CloudRefused as error:
            raise errors.CloudRefused(
                'Keystone lets this caller make no trust: it takes the roles '
                f'{", ".join(self._roles)} in the project, and a token that '
                'is not itself from a trust or a restricted application '
                f'credential ({error})'
            ) from error
        return str(made['trust']['id'])


def _looked_up(
    door: doors.Door, offered: model.Credential
) -> model.Credential:
    """Ask, by the credential itself, whose it is and when it ends."""
    path = ('users', door.user_id, 'application_credentials', offered.id)
    found = door.get('identity', *path)['application_credential']
    ends = found.get('expires_at')
    return dataclasses.replace(
        offered,
        user_id=door.user_id,
        expires_at=times.parse(ends) if ends else None,
    )


def _suitable(
    door: doors.Door, project_id: str, server_id: str
) -> tuple[resource.Server, str]:
    """Read the server and refuse one that could not be recovered.

    :returns: the server, and the id of its original image
    :raises InvalidInput: the message says why
    """
    try:
        found = compute.show(door, server_id)
    except errors.NotFound:
        found = {}
    # an administrator sees the servers of all projects
    if found.get('tenant_id') != project_id:
        raise errors.InvalidInput(
            f'there is no server {server_id} in the project'
        )
    server = compute.server_of(found)
    volumes = [
        volume.get_volume(door, each.volume_id)
        for each in compute.list_attachments(door, server_id)
    ]
    image_id = suitable.image_of(server, volumes)
    suitable.check(server, _image(door, image_id), volumes)
    return server, image_id


def _image(door: doors.Door, image_id: str) -> resource.Image | None:
    try:
        return image.get_image(door, image_id)
    except errors.NotFound:
        return None
