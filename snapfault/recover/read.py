"""Read afresh what diagnosis and plan rest on."""

import collections.abc
import concurrent.futures
import dataclasses
import datetime

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import evidence
from snapfault.db import journal
from snapfault.db import outcomes
from snapfault.db import points
from snapfault.db import standing
from snapfault.recover import case as cases
from snapfault.recover import choose
from snapfault.recover import glance
from snapfault.recover import mended
from snapfault.recover import put_back
from snapfault.recover import situation as situations
from snapfault.recover import step
from snapfault.recover import together


def case(
    database: api.Database,
    cloud: port.Cloud,
    protection: model.Protection,
    policy: model.Policy,
    now: datetime.datetime,
) -> cases.Case:
    """Read afresh all that a diagnosis rests on.

    The evidence is read before the cloud is: a look that finds nothing
    wrong is never older than what it refutes.
    """
    well_at = standing.last_good_at(database, [protection.id])
    said = evidence.current(database, [protection.id], now)
    found = cases.Case(
        now,
        policy.recovery,
        paused=policy.paused
        or protection.status is model.ProtectionStatus.PAUSED,
        evidence=tuple(said.get(protection.id, ())),
        well_at=well_at.get(protection.id),
    )
    project = cloud.project(protection.delegation)
    try:
        project.check()
        return _seen(cloud, project, protection.server_id, found)
    except errors.DelegationDead as error:
        return dataclasses.replace(found, delegation_dead=str(error))
    except errors.NotFound:
        return found
    except errors.SnapfaultError as error:
        return dataclasses.replace(found, unread=str(error))


def _seen(
    cloud: port.Cloud, project: port.Project, server_id: str, case: cases.Case
) -> cases.Case:
    """Add what Nova and Cinder show.

    :raises NotFound: the server is gone
    """
    server = project.get_server(server_id)
    attached = {each.volume_id for each in project.list_attachments(server_id)}
    volumes = tuple(v for v in project.list_volumes() if v.id in attached)
    placed = cloud.locate_server(server_id)
    return dataclasses.replace(
        case,
        server=server,
        volumes=volumes,
        unseen=tuple(sorted(attached - {each.id for each in volumes})),
        host=placed.host if placed is not None else None,
    )


def history(
    database: api.Database, project_id: str, business_id: str
) -> choose.History:
    """Read what a point is chosen from, in two statements and the parts'."""
    key = (project_id, business_id)
    return choose.History(
        points.history(database, *key),
        outcomes.of_services(database, [key])[key],
    )


def situation(
    hands: step.Hands,
    recovery: model.Recovery,
    image_id: str,
    history: choose.History,
    policy: rules.RecoveryRules,
    calls: concurrent.futures.Executor | None = None,
) -> situations.Situation:
    """Read afresh what the plan of a recovery rests on.

    However long the history, what is read of images and keys is that of the
    one point which the plan will choose.

    :param image_id: the server's own, as its protection has it
    :param calls: where to read at once what can be; None: nowhere
    """
    asked = _Asked.of(hands, recovery, image_id, calls)
    server, attachments, host = asked.server()
    attached = {each.volume_id for each in attachments}
    volumes = {v.id: v for v in asked.volumes()}
    snapshots = {s.id: s for s in asked.snapshots()}
    point = choose.choose(recovery, history, snapshots, policy).point
    others = set() if point is None else {point.image_id}
    return situations.Situation(
        server=server,
        attachments=attachments,
        volumes={each: volumes[each] for each in attached & volumes.keys()},
        snapshots=snapshots,
        images=asked.images() | _images(hands.project, others - {image_id}),
        headroom=asked.headroom(),
        host_status=_host_status(host, server),
        reimages_roots=hands.project.reimages_roots(),
        host=host,
        image_id=image_id,
        key_troubles=_key_troubles(hands.project, point, volumes),
    )


#: A server, what is attached to it, and its host.
_Found = tuple[
    resource.Server | None,
    tuple[resource.Attachment, ...],
    resource.Host | None,
]


@dataclasses.dataclass(frozen=True)
class _Asked:
    """What the plan rests on; each waits for its answer."""

    server: collections.abc.Callable[[], _Found]
    volumes: collections.abc.Callable[[], list[resource.Volume]]
    snapshots: collections.abc.Callable[[], list[resource.Snapshot]]
    images: collections.abc.Callable[[], dict[str, resource.Image]]
    headroom: collections.abc.Callable[[], resource.Headroom]

    @classmethod
    def of(
        cls,
        hands: step.Hands,
        recovery: model.Recovery,
        image_id: str,
        calls: concurrent.futures.Executor | None,
    ) -> '_Asked':
        """Ask, and wait for the token without which no answer counts."""
        project = hands.project
        token = together.ask(calls, project.check)
        asked = cls(
            _ask_server(calls, hands, recovery),
            together.ask(calls, project.list_volumes),
            together.ask(calls, project.list_snapshots),
            together.ask(calls, lambda: _images(project, {image_id})),
            together.ask(calls, project.get_headroom),
        )
        token()
        return asked


def _ask_server(
    calls: concurrent.futures.Executor | None,
    hands: step.Hands,
    recovery: model.Recovery,
) -> collections.abc.Callable[[], _Found]:
    """Begin to read a server, what is attached to it, and its host.

    The server itself is what the service has read of it, if it is the
    project's: what is attached is asked for by the delegation, which has to
    be let in. Its own reading would keep Nova busy for as long once more.
    """
    project, server_id = hands.project, recovery.server_id
    located = together.ask(calls, lambda: hands.cloud.locate_server(server_id))
    attached = together.ask(calls, lambda: project.list_attachments(server_id))

    def found() -> _Found:
        placed = located()
        host = placed.host if placed is not None else None
        try:
            attachments = tuple(attached())
            if placed is None or placed.project_id != recovery.project_id:
                return project.get_server(server_id), attachments, host
        except errors.NotFound:
            return None, (), host
        glance.note_server(project, placed.server)
        return placed.server, attachments, host

    return found


def _host_status(
    host: resource.Host | None, server: resource.Server | None
) -> str | None:
    """Give Nova's word, if only the server's owner is told; None: nobody."""
    if host is not None:
        return host.status
    return server.host_status if server is not None else None


def _images(
    project: port.Project, image_ids: collections.abc.Set[str]
) -> dict[str, resource.Image]:
    """Read the images that exist: the point's, and the server's own."""
    found = {}
    for image_id in image_ids - {''}:
        try:
            found[image_id] = project.get_image(image_id)
        except errors.NotFound:
            continue
    return found


def _key_troubles(
    project: port.Project,
    point: model.RecoveryPoint | None,
    volumes: collections.abc.Mapping[str, resource.Volume],
) -> dict[str, str]:
    """Ask for the keys of what is to be cloned, where it is encrypted."""
    members = situations.data_members(point) if point is not None else ()
    return {
        each.volume_id: project.key_trouble(each.volume_id)
        for each in members
        if each.volume_id in volumes and volumes[each.volume_id].encrypted
    }


def what_stands(
    cloud: port.Cloud, project: port.Project, recovery: model.Recovery
) -> put_back.Standing:
    """Read afresh what stands where."""
    try:
        server = project.get_server(recovery.server_id)
        attachments = tuple(project.list_attachments(recovery.server_id))
    except errors.NotFound:
        server, attachments = None, ()
    return put_back.Standing(
        server=server,
        attachments=attachments,
        volumes={each.id: each for each in project.list_volumes()},
        host_status=cloud.host_status(recovery.server_id),
    )


def alarms(
    database: api.Database, recovery: model.Recovery, now: datetime.datetime
) -> frozenset[str]:
    """Name the alarms of the guest that a recovery began for and that last.

    Taken back, or not repeated in time: then they mean nothing any more.
    """
    began_for = mended.alarms(recovery)
    if not began_for:
        return frozenset()
    current = evidence.current(database, [recovery.protection_id], now)
    return began_for & {
        each.finding
        for each in current.get(recovery.protection_id, ())
        if each.source is model.Source.WEBHOOK
    }


def stopped_by_us(database: api.Database, recovery: model.Recovery) -> bool:
    """Say whether the last recovery that turned it off left it so.

    That may be this one. Those between were refused, or broke off sooner.
    """
    if any(
        each.name in model.POWER_STEPS
        and each.status is not model.StepStatus.PLANNED
        for each in recovery.steps
    ):
        return left_stopped(recovery)
    before = journal.last_at_power(
        database, recovery.project_id, recovery.business_id
    )
    return before is not None and left_stopped(before)


def left_stopped(recovery: model.Recovery) -> bool:
    """Say whether a recovery was to start the server and did not.

    Its last attempt that was to do so decides: a way back that started it
    mends what the attempt before it had left.
    """
    starts = [each for each in recovery.steps if each.name == model.START_STEP]
    return bool(starts) and starts[-1].status is not model.StepStatus.DONE
