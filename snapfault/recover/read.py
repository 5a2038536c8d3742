"""Read afresh what diagnosis and plan rest on."""

import collections.abc
import dataclasses
import datetime

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import recoveries
from snapfault.db import standing
from snapfault.recover import diagnose
from snapfault.recover import situation as situations
from snapfault.recover.steps import power


def evidence(
    database: api.Database,
    cloud: port.Cloud,
    protection: model.Protection,
    operation: str,
    now: datetime.datetime,
) -> diagnose.Evidence:
    """Read afresh what a failed backup operation may be a sign of."""
    well_at = standing.last_good_at(database, [protection.id])
    found = diagnose.Evidence(
        now, operation, well_at=well_at.get(protection.id)
    )
    project = cloud.project(protection.delegation)
    try:
        project.check()
        server = project.get_server(protection.server_id)
        attached = {
            each.volume_id
            for each in project.list_attachments(protection.server_id)
        }
        volumes = tuple(v for v in project.list_volumes() if v.id in attached)
        host_status = cloud.host_status(protection.server_id)
    except errors.DelegationDead as error:
        return dataclasses.replace(found, delegation_dead=str(error))
    except errors.NotFound:
        return found
    except errors.SnapfaultError as error:
        return dataclasses.replace(found, unread=str(error))
    return dataclasses.replace(
        found, server=server, volumes=volumes, host_status=host_status
    )


def situation(
    cloud: port.Cloud,
    project: port.Project,
    recovery: model.Recovery,
    history: collections.abc.Iterable[model.RecoveryPoint],
) -> situations.Situation:
    """Read afresh what the plan of a recovery rests on."""
    project.check()
    images = {}
    for image_id in {point.image_id for point in history}:
        try:
            images[image_id] = project.get_image(image_id)
        except errors.NotFound:
            continue
    try:
        server = project.get_server(recovery.server_id)
        attachments = tuple(project.list_attachments(recovery.server_id))
    except errors.NotFound:
        server, attachments = None, ()
    attached = {each.volume_id for each in attachments}
    return situations.Situation(
        server=server,
        attachments=attachments,
        volumes={v.id: v for v in project.list_volumes() if v.id in attached},
        snapshots={s.id: s for s in project.list_snapshots()},
        images=images,
        headroom=project.get_headroom(),
        host_status=cloud.host_status(recovery.server_id),
    )


def stopped_by_us(database: api.Database, recovery: model.Recovery) -> bool:
    """Say whether the recovery before this one left the server stopped."""
    listed = recoveries.list_page(
        database,
        recovery.project_id,
        limit=2,
        business_id=recovery.business_id,
    )
    for before in listed:
        if before.id != recovery.id:
            return any(
                each.name == power.Start.name
                and each.status is not model.StepStatus.DONE
                for each in before.steps
            )
    return False
