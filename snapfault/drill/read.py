"""Read of the cloud what a drill rests on, and what of it stands."""

import collections.abc
import dataclasses

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.drill import plan
from snapfault.recover import checks
from snapfault.recover import situation
from snapfault.recover.steps import boot_server


@dataclasses.dataclass(frozen=True)
class Standing:
    """What a drill has made, by the marker on each (invariant 3)."""

    server_ids: tuple[str, ...]
    volume_ids: tuple[str, ...]
    #: Volumes that somebody else has attached to the server, which stay
    #: when it goes. A root that is not marked yet goes with it.
    left_ids: tuple[str, ...]


def standing(project: port.Project, drill_id: str) -> Standing:
    """Find what a drill has made: one list each."""
    servers = [
        each
        for each in project.list_servers()
        if boot_server.is_ours(each.metadata, drill_id)
    ]
    volume_ids = tuple(
        each.id
        for each in project.list_volumes()
        if boot_server.is_ours(each.metadata, drill_id)
    )
    stay = {
        each.volume_id
        for server in servers
        for each in server.attached
        if not each.delete_on_termination
    }
    return Standing(
        tuple(each.id for each in servers),
        volume_ids,
        tuple(sorted(stay.difference(volume_ids))),
    )


def snapshots(project: port.Project) -> dict[str, resource.Snapshot]:
    """List the project's snapshots, once its right is known to live."""
    project.check()
    return {each.id: each for each in project.list_snapshots()}


def ground(project: port.Project, point: model.RecoveryPoint) -> plan.Ground:
    """Read what may stand in the way of this very point."""
    image: resource.Image | None
    try:
        image = project.get_image(point.image_id)
    except errors.NotFound:
        image = None
    return plan.Ground(
        image, project.get_headroom(), _key_troubles(project, point)
    )


def _key_troubles(
    project: port.Project, point: model.RecoveryPoint
) -> dict[str, str]:
    """Ask for the keys of what is to be cloned, where it is encrypted."""
    volumes = {each.id: each for each in project.list_volumes()}
    return {
        each.volume_id: project.key_trouble(each.volume_id)
        for each in situation.data_members(point)
        if each.volume_id in volumes and volumes[each.volume_id].encrypted
    }


def says_no(
    project: port.Project,
    server_id: str,
    chosen: collections.abc.Iterable[rules.Check],
) -> bool:
    """Look once more whether a check finds the service not working.

    :raises ResourceFailed: nobody can look like that
    """
    server = project.get_server(server_id)
    return any([checks.look(project, server, each) for each in chosen])


def stands(
    cloud: port.Cloud,
    project: port.Project,
    drill: model.Drill,
    server_id: str,
) -> bool:
    """Look whether the server is up, on a living host, with its clones.

    And with nothing else: what a person attached may be what a check fails
    of.
    """
    server = project.get_server(server_id)
    host_status = cloud.host_status(server_id)
    if host_status not in ('UP', None) or server.task_state is not None:
        return False
    clones = [
        each
        for each in project.list_volumes()
        if boot_server.is_ours(each.metadata, drill.id)
    ]
    attached = {each.volume_id for each in server.attached}
    return (
        server.status == 'ACTIVE'
        and attached <= {each.id for each in clones}
        and all(
            each.status == 'in-use' and server_id in each.attached_to
            for each in clones
        )
    )
