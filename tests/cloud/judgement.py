"""How services of an estate must stand once all that was asked is over."""

import sqlalchemy as sa

from snapfault import model
from snapfault.db import points
from snapfault.db import tables
from tests.cloud import estate as estates
from tests.functional.matrix import strays


def judge(estate, ended):
    """Look at it all, once it is calm.

    :param ended: counts what came to its end
    :returns: a sentence for each thing that is wrong
    """
    wrong = strays.strays(estate.world.project, estate.database)
    for what, (table, statuses) in estates.WORKS.items():
        with estate.database.reader() as session:
            rows = session.scalars(sa.select(table)).unique().all()
        ended[what] = len(rows)
        wrong += [
            f'{what}: {each.id} is {each.status}: {each.reason}'
            for each in rows
            if each.status != statuses.DONE
        ]
    for each in estate.services:
        wrong += _service(estate, each)
    return wrong


def _service(estate, each):
    """See that the service stands, on the volumes of one point."""
    return [
        *_server(estate, each),
        *_points(estate, each),
        *_rebuilds(estate, each),
    ]


def _server(estate, each):
    project = estate.world.project
    server = project.get_server(each.server_id)
    attached = project.list_attachments(each.server_id)
    found = []
    if (server.status, len(attached)) != ('ACTIVE', estates.VOLUMES):
        found.append(
            f'{each.business_id} is {server.status} with {len(attached)}'
            ' volumes'
        )
    used = {project.get_volume(one.volume_id).snapshot_id for one in attached}
    if len(used) == 1 and None not in used:
        found.append(f'{each.business_id} has one snapshot twice')
    return found


def _points(estate, each):
    """See that the cloud still has all that was ever called good."""
    named = each.business_id
    listed = points.history(estate.database, each.project_id, named)
    held = {
        one.id
        for one in estate.world.project.list_snapshots()
        if one.status == 'available'
    }
    statuses = [one.status for one in listed]
    if model.PointStatus.GOOD not in statuses:
        yield f'{named} has no good point: {statuses}'
    for one in listed:
        wanted = {member.snapshot_id for member in one.members}
        if one.status == model.PointStatus.LOST:
            yield f'{named}: {one.id} is lost: {one.reason}'
        elif one.status == model.PointStatus.GOOD and wanted - held:
            yield f'{named}: {one.id} lacks {wanted - held}'


def _rebuilds(estate, each):
    """See that Nova rebuilt the server once for each step that says so."""
    path = f'/servers/{each.server_id}/os-instance-actions'
    actions = estate.world.site.ask('GET', 'compute', path)
    asked = [
        one['request_id']
        for one in actions['instanceActions']
        if one['action'] == 'rebuild'
    ]
    with estate.database.reader() as session:
        steps = session.scalar(
            sa.select(sa.func.count())
            .select_from(tables.Step)
            .join(tables.Recovery)
            .where(
                tables.Recovery.server_id == each.server_id,
                tables.Step.name == 'rebuild',
            )
        )
    if len(asked) != steps:
        yield (
            f'{each.business_id} was rebuilt {len(asked)} times for'
            f' {steps} steps: {asked}'
        )
