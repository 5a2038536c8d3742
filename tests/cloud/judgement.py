"""How services of an estate must stand once all that was asked is over."""

import sqlalchemy as sa

from snapfault import model
from snapfault.db import points
from snapfault.db import tables
from tests.cloud import estate as estates
from tests.functional.matrix import strays


def judge(estate, ended):
    """Look at it all, once it is calm.

    :param ended: counts what came to its end, by kind
    :returns: a sentence for each thing that is wrong
    """
    wrong = strays.strays(estate.world.project, estate.database)
    for what, (table, statuses) in estates.WORKS.items():
        with estate.database.reader() as session:
            rows = session.scalars(sa.select(table)).unique().all()
        ended.update(estates.kind(what, each) for each in rows)
        wrong += [
            f'{estates.kind(what, each)}: {each.id} is {each.status}:'
            f' {each.reason}'
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
        *_data(estate, each),
        *_points(estate, each),
        *_rebuilds(estate, each),
    ]


def _server(estate, each):
    server = estate.world.project.get_server(each.server_id)
    data, root = _attached(estate, each)
    wanted = estate.roots.get(each.server_id)
    if (server.status, len(data), root) != ('ACTIVE', estates.VOLUMES, wanted):
        yield (
            f'{each.business_id} is {server.status} with {len(data)}'
            f' volumes, and boots from {root}, not {wanted}'
        )


def _attached(estate, each):
    """Give the ids of its volumes, and of that which it boots from."""
    listed = estate.world.project.list_attachments(each.server_id)
    ids = [one.volume_id for one in listed]
    root = estate.roots.get(each.server_id)
    data = [one for one in ids if one != root]
    return data, root if root in ids else None


def _data(estate, each):
    """See that it runs on the data of one moment: a point's, or none's."""
    project = estate.world.project
    data, _ = _attached(estate, each)
    used = [project.get_volume(one).snapshot_id for one in data]
    if len(set(used)) < len(used) and None not in used:
        yield f'{each.business_id} has one snapshot twice'
    with estate.database.reader() as session:
        rows = session.execute(
            sa.select(tables.Member.snapshot_id, tables.Member.point_id).where(
                tables.Member.snapshot_id.is_not(None)
            )
        )
        point_ids = {row.snapshot_id: row.point_id for row in rows}
    moments = {one and point_ids.get(one, one) for one in used}
    if len(moments) > 1:
        yield f'{each.business_id} has data of two moments: {moments}'


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
