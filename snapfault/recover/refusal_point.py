"""Why a recovery cannot be done from one very point. Pure.

Each function gives a sentence, or nothing where nothing stands in the way.
"""

import collections
import collections.abc

from snapfault import model
from snapfault import resource
from snapfault.recover import refusal
from snapfault.recover import situation as situation_

#: A limit of Cinder: the type it is of (None: of all), and what it counts.
Limit = tuple[str | None, str]


def of_root(
    point: model.RecoveryPoint | None, situation: situation_.Situation
) -> str:
    """Look whether a rebuild would mend what the server boots from."""
    server = situation.server
    if server is None or server.image_id is not None:
        return ''
    if situation.reimages_roots:
        return ''
    text = (
        f'server {server.id} boots from a volume, and the Nova of this cloud'
        ' keeps what is on that through a rebuild, for it speaks no'
        ' microversion 2.93: have Nova upgraded to Zed or later, then restart'
        ' the workers'
    )
    by_hand = _by_hand(point)
    return f'{text}; or {by_hand}' if by_hand else text


def of_image(
    image_id: str,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
) -> str:
    """Look whether the original image is there to rebuild from."""
    image = situation.images.get(image_id)
    if image is not None and image.status == 'active':
        return _of_size(image, situation)
    state = 'gone' if image is None else image.status
    text = f'the original image {image_id} is {state}: '
    if image is not None:
        return text + 'make it active again, then ask again'
    return text + (
        _by_hand(point)
        or 'restore it, or rebuild from another by hand: openstack server'
        ' rebuild --image IMAGE SERVER'
    )


def _by_hand(point: model.RecoveryPoint | None) -> str:
    """Say how to go on without a rebuild; empty: the point has no root."""
    members = point.members if point is not None else ()
    root = next((each for each in members if each.root), None)
    if root is None or point is None:
        return ''
    return (
        'a server can be made from the root of recovery point'
        f' {point.id} by hand: openstack volume create --snapshot'
        f' {root.snapshot_id} --bootable ROOT, then openstack server create'
        f' --flavor {point.flavor_id} --volume ROOT NAME'
    )


def _of_size(image: resource.Image, situation: situation_.Situation) -> str:
    """Look whether the image holds what a root volume is written from."""
    server = situation.server
    if server is None or server.image_id is not None or image.size != 0:
        return ''
    # Nova waits for the writing as long as the image is large: not at all
    return (
        f'the original image {image.id} only names snapshots of volumes, and'
        ' Nova cannot write a root volume anew from such a one: make a'
        ' server from the root of the recovery point by hand'
    )


def of_point(
    way: model.Way,
    point: model.RecoveryPoint,
    situation: situation_.Situation,
) -> str:
    """Look whether devices, keys and quotas allow this very point."""
    return (
        of_devices(point, situation)
        or of_keys(point, situation)
        or of_room(way, point, situation)
    )


def of_keys(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> str:
    """Say which key cannot be read that a clone would need."""
    for member in situation_.data_members(point):
        trouble = situation.key_troubles.get(member.volume_id)
        if trouble:
            return (
                f'the key of encrypted volume {member.volume_id} cannot be'
                f' read, so no clone of it can be made: {trouble}; let the'
                ' user who protects the service read it'
            )
    return ''


def needs(
    way: model.Way,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
) -> dict[Limit, int]:
    """Count the clones and the safety snapshots, by the limits on them.

    :param point: None: the volumes stay, and are only kept safe
    """
    needed: collections.Counter[Limit] = collections.Counter()
    for member in situation_.data_members(point) if point is not None else ():
        _count(needed, 'volumes', member.size, member.volume_type)
    for volume in safe(way, point, situation):
        _count(needed, 'snapshots', volume.size, volume.volume_type)
    return dict(needed)


def safe(
    way: model.Way,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
) -> list[resource.Volume]:
    """Give the volumes of which a safety snapshot is taken first.

    Of a volume in error Cinder takes none. A root that is rebuilt is repaired
    before, or refused. Data in error is kept itself, in quarantine or in its
    place: that its backend is broken must not be in the way of its recovery.

    :param point: None: all that are attached
    """
    if point is None:
        ids = [a.volume_id for a in situation.attachments]
    else:
        exchanged = situation_.replaced(point, situation).values()
        ids = [a.volume_id for a in exchanged]
        if situation.root_id is not None:
            ids.insert(0, situation.root_id)
    rebuilt = situation.root_id if way in refusal.REBUILDING else None
    found = (situation.volumes.get(each) for each in ids)
    return [
        v
        for v in found
        if v is not None
        and (v.id == rebuilt or not v.status.startswith('error'))
    ]


def unsafe(
    way: model.Way,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
) -> str:
    """Say of which root no safety snapshot is taken; empty: of none."""
    root_id = situation.root_id
    kept = {each.id for each in safe(way, point, situation)}
    if root_id is None or root_id in kept:
        return ''
    root = situation.volumes.get(root_id)
    state = f'is in {root.status}' if root else 'Cinder does not know'
    return (
        f'no safety snapshot is taken of root volume {root_id}, which {state}:'
        ' nothing is done to it'
    )


def _count(
    needed: collections.Counter[Limit],
    what: str,
    size: int,
    volume_type: str | None,
) -> None:
    for kind in (None, volume_type) if volume_type is not None else (None,):
        if kind is None or what != 'volumes':
            needed[kind, what] += 1
        needed[kind, 'GiB'] += size


def of_room(
    way: model.Way,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
) -> str:
    """Count what is needed against Cinder's limits."""
    left = left_of(situation.headroom)
    for (kind, what), needed in needs(way, point, situation).items():
        room = left.get((kind, what))
        if room is not None and room < needed:
            of_type = f' of type {kind}' if kind is not None else ''
            return (
                f'the recovery needs {needed} {what}{of_type} and the project'
                f' has room for {room}: raise its Cinder quota'
            )
    return ''


def left_of(headroom: resource.Headroom) -> dict[Limit, int | None]:
    """Give what each limit leaves; None: there is no such limit."""
    left: dict[Limit, int | None] = {
        (None, 'volumes'): headroom.volumes,
        (None, 'snapshots'): headroom.snapshots,
        (None, 'GiB'): headroom.gigabytes,
    }
    for name, room in headroom.types.items():
        left[name, 'snapshots'] = room.snapshots
        left[name, 'GiB'] = room.gigabytes
    return left


def of_devices(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> str:
    """Say which device a foreign volume sits on; empty: none.

    Nova, too, compares letters, and only once the server is rebuilt.
    """
    replaced = situation_.replaced(point, situation)
    gone = {each.volume_id for each in replaced.values()}
    taken = {
        resource.letter_of(a.device): a
        for a in situation.attachments
        if a.volume_id not in gone and a.device
    }
    for member in situation_.data_members(point):
        place = taken.get(resource.letter_of(member.device))
        if member.id not in replaced and place is not None:
            return (
                f'volume {place.volume_id} sits at {place.device}, where the'
                ' recovery point had another: detach it first'
            )
    return ''


def lost(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> collections.abc.Iterator[str]:
    """Name the point's data volumes that are broken or gone."""
    found = situation_.replaced(point, situation)
    for member in situation_.data_members(point):
        place = found.get(member.id)
        if place is None:
            yield f'volume {member.volume_id} is not attached any more'
            continue
        volume = situation.volumes.get(place.volume_id)
        if volume is None:
            yield f'volume {place.volume_id} is gone from Cinder'
        elif volume.status.startswith('error'):
            yield f'volume {volume.id} is in {volume.status}'
