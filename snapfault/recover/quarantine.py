"""What a recovery takes away is noted before, and named afterwards."""

import collections.abc
import concurrent.futures
import datetime
import logging
import uuid

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import journal
from snapfault.db import kept as rows
from snapfault.recover import glance
from snapfault.recover import plan
from snapfault.recover import step
from snapfault.recover import together
from snapfault.recover.steps import attach
from snapfault.recover.steps import detach
from snapfault.recover.steps import restore_volume
from snapfault.recover.steps import safety_snapshot

LOG = logging.getLogger(__name__)


def planned(
    recovery: model.Recovery,
    chosen: plan.Plan,
    attachments: collections.abc.Iterable[resource.Attachment],
    keep: datetime.timedelta,
    now: datetime.datetime,
) -> tuple[model.Kept, ...]:
    """Give what a plan will take away and keep, before it is taken.

    A safety snapshot has no id yet: its row holds the marker, by which
    it is found.
    """
    places = {each.volume_id: each for each in attachments}
    return tuple(
        _row(recovery, kind, resource_id, place, now + keep, now)
        for kind, resource_id, place in _taken(chosen, places)
    )


def _taken(
    chosen: plan.Plan,
    places: collections.abc.Mapping[str, resource.Attachment],
) -> collections.abc.Iterator[
    tuple[model.KeptKind, str, resource.Attachment | None]
]:
    every: list[step.Step] = [s for phase in chosen.phases for s in phase]
    for each in every:
        if isinstance(each, detach.Detach):
            place = places.get(each.volume_id)
            yield model.KeptKind.VOLUME, each.volume_id, place
        elif isinstance(each, safety_snapshot.SafetySnapshot):
            yield model.KeptKind.SNAPSHOT, each.marker, None


def _row(
    recovery: model.Recovery,
    kind: model.KeptKind,
    resource_id: str,
    place: resource.Attachment | None,
    keep_until: datetime.datetime,
    now: datetime.datetime,
) -> model.Kept:
    return model.Kept(
        id=str(uuid.uuid4()),
        project_id=recovery.project_id,
        protection_id=recovery.protection_id,
        recovery_id=recovery.id,
        kind=kind,
        resource_id=resource_id,
        device=place.device if place else '',
        tag=place.tag if place else None,
        delete_on_termination=bool(place and place.delete_on_termination),
        status=model.KeptStatus.KEPT,
        keep_until=keep_until,
        reason='',
        attempts=0,
        not_before=None,
        created_at=now,
    )


def is_marker(kept: model.Kept) -> bool:
    """Say whether a row holds a marker still, and no id."""
    return '/' in kept.resource_id


def settle(
    database: api.Database,
    project: port.Project,
    recovery: model.Recovery,
    now: datetime.datetime,
    calls: concurrent.futures.Executor,
) -> None:
    """Name the safety snapshots, and note what nobody uses.

    What an attempt made that then failed is worth nothing, being a copy of
    a snapshot: it may go at once. So may what is there twice, because a
    request that was not answered was carried out after the next one.
    """
    known = rows.of_recoveries(database, [recovery.id])[recovery.id]
    seen = glance.Glance(project, now)
    attachments = together.ask(
        calls, lambda: _attached(seen, recovery.server_id)
    )
    volumes = together.ask(calls, seen.list_volumes)
    named = {each.resource_id for each in known}
    # first: what is known must not be old when its rows are written
    if any(is_marker(each) for each in known):
        named |= name(database, seen, known)
    attached, listed = attachments(), volumes()
    # not of one whose detach is under way: that may end yet
    in_use = {each.id for each in listed if each.status == 'in-use'}
    kept, returned = model.KeptStatus.KEPT, model.KeptStatus.RETURNED
    for each in known:
        if each.status is kept and each.resource_id in attached & in_use:
            rows.move(database, each, returned, 'it is attached')
    ours = [
        (model.KeptKind.VOLUME, each.id)
        for each in listed
        if each.metadata.get(resource.RECOVERY) == recovery.id
    ]
    ours += _safety(seen, recovery)
    spare = [each for each in ours if each[1] not in attached | named]
    if spare:
        LOG.info('Recovery %s leaves %s', recovery.id, spare)
        _keep_copies(database, recovery, spare, now)


def _safety(
    project: port.Project, recovery: model.Recovery
) -> list[tuple[model.KeptKind, str]]:
    """List its safety snapshots, those too that are there twice.

    By its tag and the marker of one of its steps: no member of a recovery
    point has either.
    """
    markers = {
        safety_snapshot.SafetySnapshot(**each.arguments).marker
        for each in recovery.steps
        if each.name == safety_snapshot.SafetySnapshot.name
    }
    if not markers:
        return []
    return [
        (model.KeptKind.SNAPSHOT, each.id)
        for each in project.list_snapshots()
        if each.metadata.get(resource.RECOVERY) == recovery.id
        and each.metadata.get(resource.MARKER) in markers
    ]


def _keep_copies(
    database: api.Database,
    recovery: model.Recovery,
    copies: collections.abc.Iterable[tuple[model.KeptKind, str]],
    now: datetime.datetime,
) -> None:
    """Note copies, by kind and by id or marker: they may go at once."""
    left = tuple(
        _row(recovery, kind, each, None, now, now) for kind, each in copies
    )
    if left:
        journal.keep(database, recovery, left)


def _attached(project: port.Project, server_id: str) -> set[str]:
    """Give what is attached; nothing is to a server that is gone."""
    try:
        return {e.volume_id for e in project.list_attachments(server_id)}
    except errors.NotFound:
        return set()


def note_unread(
    database: api.Database, recovery: model.Recovery, now: datetime.datetime
) -> None:
    """Note by their markers the copies that it may leave: none can be read.

    Without a row nobody would ever look for them.
    """
    attached = {
        each.arguments['member_id']
        for each in recovery.steps
        if each.name == attach.Attach.name
        and each.status is model.StepStatus.DONE
    }
    spare = {
        each.arguments['member_id']
        for each in recovery.steps
        if each.name == restore_volume.RestoreVolume.name
        and each.status is not model.StepStatus.PLANNED
    } - attached
    copies = [
        (model.KeptKind.VOLUME, restore_volume.marker(recovery.id, each))
        for each in spare
    ]
    _keep_copies(database, recovery, copies, now)


def name(
    database: api.Database,
    project: port.Project,
    known: collections.abc.Iterable[model.Kept],
) -> set[str]:
    """Write the ids of what was noted by its marker, and give them.

    Of two of one marker the older, and one that holds something before one
    that failed.
    """
    unnamed = [
        each
        for each in known
        if is_marker(each) and each.status is model.KeptStatus.KEPT
    ]
    snapshots = sorted(  # they are listed the newest first
        project.list_snapshots(), key=lambda each: each.status == 'available'
    )
    listed: dict[str | None, str] = {
        each.metadata.get(resource.MARKER): each.id for each in snapshots
    }
    if any(each.kind is model.KeptKind.VOLUME for each in unnamed):
        listed |= {
            each.metadata.get(resource.MARKER): each.id
            for each in project.list_volumes()
            if not each.attached_to
        }
    named = set()
    for each in unnamed:
        found = listed.get(each.resource_id)
        if found is not None:
            rows.name(database, each, found)
            named.add(found)
        else:
            rows.move(
                database, each, model.KeptStatus.GONE, 'it was never taken'
            )
    return named
