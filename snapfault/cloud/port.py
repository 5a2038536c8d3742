"""The port: all that snapfault asks of a cloud.

:class:`Project` is the cloud as one project sees it; :class:`Cloud` hands
them out. The contract suite under tests/contract runs on every
implementation: the real one beside this file, and the in-memory one that
the functional tests use.

Every method may raise :class:`~snapfault.errors.CloudUnavailable` (no
answer in time, or a 5xx) and :class:`~snapfault.errors.DelegationDead`
(Keystone gives no token for the project). Reads are retried within a bound
and changes are not. Creates are found again by the marker in their metadata
(:data:`snapfault.resource.MARKER`).
"""

import collections.abc
import datetime
import typing

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import consistency
from snapfault.cloud import rescue

NO_OFFER: typing.Final = model.Offer()


class Project(consistency.Consistency, rescue.Rescue, typing.Protocol):
    """One project's servers, volumes, snapshots and images."""

    def check(self) -> None:
        """Fetch a fresh token, which alone proves the delegation lives.

        :raises DelegationDead: Keystone refuses
        """

    def get_server(self, server_id: str) -> resource.Server:
        """Read a server.

        :raises NotFound: there is none in this project
        """

    def list_servers(self) -> list[resource.Server]:
        """List all the project's servers: one call a thousand.

        Absence proves nothing: of a part of the cloud that is away Nova
        lists nothing that could be used. :meth:`get_server` decides.
        """

    def list_attachments(self, server_id: str) -> list[resource.Attachment]:
        """List the volumes attached to a server, ordered by device.

        :raises NotFound: there is no such server in this project
        """

    def get_volume(self, volume_id: str) -> resource.Volume:
        """Read a volume.

        :raises NotFound: there is none in this project
        """

    def list_volumes(self) -> list[resource.Volume]:
        """List all the project's volumes: one call a thousand."""

    def find_volumes(self, marker: str) -> list[resource.Volume]:
        """List the volumes that carry ``marker``, the oldest first."""

    def get_snapshot(self, snapshot_id: str) -> resource.Snapshot:
        """Read a snapshot.

        :raises NotFound: there is none in this project
        """

    def list_snapshots(self) -> list[resource.Snapshot]:
        """List all the project's snapshots: one call a thousand."""

    def find_snapshots(self, marker: str) -> list[resource.Snapshot]:
        """List the snapshots that carry ``marker``, the oldest first."""

    def get_image(self, image_id: str) -> resource.Image:
        """Read an image.

        :raises NotFound: it is gone, or the project may not see it
        """

    def get_headroom(self) -> resource.Headroom:
        """Read what Cinder's limits leave, those of each type too.

        What is being made, in error or being removed counts as used.
        """

    def last_message(self, resource_id: str) -> str:
        """Read what Cinder last told its user of a resource.

        :returns: empty where it told nothing; it forgets after a month
        """

    def create_snapshot(
        self, volume_id: str, name: str, metadata: resource.Metadata
    ) -> resource.Snapshot:
        """Ask for a snapshot, of an attached volume too; do not wait.

        :raises QuotaExceeded: Cinder's limit is reached
        :raises NotFound: the volume is gone
        :raises CloudConflict: the volume's status does not allow it
        """

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Ask for a snapshot's removal; done when it is listed no more.

        A backend that is busy puts it back to ``available`` later.

        :raises NotFound: it is gone already
        :raises CloudConflict: its status does not allow it
        """

    def create_volume(
        self,
        snapshot_id: str,
        size: int,
        name: str,
        metadata: resource.Metadata,
    ) -> resource.Volume:
        """Ask for a volume with a snapshot's content; do not wait.

        :raises QuotaExceeded: Cinder's limit is reached
        :raises NotFound: the snapshot is gone
        """

    def rebuild_server(
        self,
        server_id: str,
        image_id: str,
        marker: str,
        metadata: resource.Metadata | None = None,
    ) -> None:
        """Ask for the server anew from an image; do not wait.

        In the same request the server's metadata receives
        ``{RECOVERY: marker}`` beside what it holds, so that one who comes
        later can tell that this rebuild was asked for. Of a server that
        boots from a volume, that volume is written anew, and all that is on
        it lost.

        :param metadata: what it holds, as it was just read; None: it is read
        :raises CloudConflict: the server is locked, busy, or in a state
            that does not allow it
        :raises CloudRefused: Nova rejects image, server or volumes, or
            would leave a root volume as it is: see :meth:`reimages_roots`
        """

    def stop_server(self, server_id: str) -> None:
        """Ask the server to stop.

        :raises CloudConflict: its state does not allow it now
        """

    def start_server(self, server_id: str) -> None:
        """Ask the server to start.

        :raises CloudConflict: its state does not allow it now
        """

    def detach_volume(self, server_id: str, volume_id: str) -> None:
        """Ask Nova to detach; done when Cinder shows it ``available``.

        :raises CloudConflict: the state of either does not allow it now
        :raises NotFound: it is not attached
        """

    def attach_volume(
        self, server_id: str, attachment: resource.Attachment
    ) -> None:
        """Ask Nova to attach ``attachment.volume_id`` as described.

        :raises CloudConflict: the state of either, or the device in use,
            does not allow it now
        :raises CloudRefused: Nova rejects it
        """


class Cloud(rescue.Admin, typing.Protocol):
    """The cloud as the service sees it."""

    def project(self, delegation: model.Delegation) -> Project:
        """Act for a project; the connection is kept and shared."""

    def host_status(self, server_id: str) -> str | None:
        """Ask Nova, as the service itself, about a server's compute service.

        :returns: 'UP', 'DOWN', 'UNKNOWN', 'MAINTENANCE'; None where the
            service user is not allowed to know, or the server is unknown
        """

    def is_consistent(self, group_type_id: str) -> bool | None:
        """Ask, as the service itself, what a Cinder group type promises.

        :returns: whether snapshots of its groups are of one moment; None
            where the service user may not know: it is admin's by default
        """

    def read_measures(
        self,
        server_ids: collections.abc.Collection[str],
        metrics: collections.abc.Collection[rules.Metric],
    ) -> dict[str, model.Measures]:
        """Read the newest measures of many servers in a few calls.

        A server or metric without fresh data is missing from the answer.

        :raises CloudUnavailable: the metric service did not answer
        """

    def limits(self, project_id: str) -> model.Limits:
        """Give Keystone's limits of what is snapfault's own in a project.

        :returns: empty where the operator wants none
        :raises CloudUnavailable: they cannot be read now
        """

    def revoke(self, delegation: model.Delegation) -> None:
        """Remove a trust; no error if it is gone already.

        Nothing is removed of the other kinds, which we have not made.
        """

    def why_dead(self, right: model.Right, now: datetime.datetime) -> str:
        """Say why no token is to be had by a right, and what to do.

        :returns: all that it can be, where the service user may not know
        """


class Enroller(typing.Protocol):
    """Makes a delegation with the credentials of the one who asks."""

    def enrol(
        self,
        caller: typing.Any,
        project_id: str,
        server_id: str,
        offer: model.Offer = NO_OFFER,
    ) -> model.Enrolment:
        """Prove that the server can be protected, and by what right.

        A trust is made; the others must be there, and are tried.

        :param caller: keystonemiddleware's ``keystone.token_auth`` plugin
        :param offer: the default is a trust of the caller's
        :raises InvalidInput: no such server in the project, or one that
            could not be recovered: its image is gone, or there never was
            one, it has no volume; the message says what to do
        :raises CloudRefused: Keystone lets this caller make no trust
        :raises DelegationDead: our user holds no role in the project; the
            message names the command that gives it one
        """

    def survey(
        self,
        caller: typing.Any,
        project_id: str,
        server_ids: collections.abc.Collection[str],
    ) -> resource.Survey:
        """Look, in a few calls, at servers that the caller will protect.

        :param caller: as for :meth:`enrol`
        :returns: one that is not in the project is among the unfit
        """

    def delegate(
        self, caller: typing.Any, project_id: str
    ) -> model.Delegation:
        """Make a trust, and prove that it gives a token.

        :param caller: as for :meth:`enrol`
        :raises CloudRefused: Keystone lets this caller make no trust
        """
