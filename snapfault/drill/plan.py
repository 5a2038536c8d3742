"""Choose what is rehearsed, and the steps, or say why not. Pure.

A drill takes the way of a recovery: the server from the original image, then
stopped, the clones attached where the volumes were, started, verified. Only
the server is another one.
"""

import collections
import collections.abc
import dataclasses
import typing

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import choose
from snapfault.recover import refusal_point
from snapfault.recover import situation
from snapfault.recover import step
from snapfault.recover.steps import attach
from snapfault.recover.steps import boot_server
from snapfault.recover.steps import power
from snapfault.recover.steps import remove
from snapfault.recover.steps import restore_volume
from snapfault.recover.steps import verify

Phase = tuple[step.Step, ...]
#: The steps that take away what the others have made.
REMOVALS: typing.Final = frozenset(
    {remove.RemoveServer.name, remove.RemoveVolume.name}
)
#: The checks that reach a server without any network.
NETWORKLESS: typing.Final = frozenset({'console'})


@dataclasses.dataclass(frozen=True)
class Ground:
    """What is read of the cloud before anything is made."""

    image: resource.Image | None  #: the original; None: it is gone
    headroom: resource.Headroom
    #: Why a volume's key cannot be read, by the id of the volume.
    key_troubles: collections.abc.Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why there is no drill, and what to do; nothing was made."""

    reason: str


def choose_point(
    drill: model.Drill,
    history: choose.History,
    snapshots: choose.Snapshots,
    policy: rules.RecoveryRules,
) -> model.RecoveryPoint | Refusal:
    """Choose what is rehearsed: what a person named, or the newest good one.

    One that a drill has disproven, or that a recovery from an older one has
    left behind, is rehearsed only by its name, or where there is no other: no
    recovery takes it by itself.
    """
    good = sorted(
        (p for p in history.points if p.status is model.PointStatus.GOOD),
        key=lambda point: point.sequence,
        reverse=True,
    )
    if drill.point_id is not None:
        good = [point for point in good if point.id == drill.point_id]
        if not good:
            return Refusal(f'recovery point {drill.point_id} is not good')
    if not good:
        return Refusal('the service has no good recovery point')
    doubtful = choose.doubtful(history, policy)
    sound = [
        p
        for p in good
        if p.proof is not model.Proof.DISPROVEN and p.id not in doubtful
    ]
    point = (sound or good)[0]
    if not choose.is_whole(point, snapshots):
        return Refusal(f'recovery point {point.id} has lost snapshots')
    return point


def begin(
    drill: model.Drill,
    point: model.RecoveryPoint,
    ground: Ground,
    network_id: str | None,
) -> tuple[Phase, ...] | Refusal:
    """Plan the server and the clones, which are made at once."""
    why_not = _why_not(point, ground)
    if why_not:
        return Refusal(why_not)
    root = next((each for each in point.members if each.root), None)
    boot = boot_server.BootServer(
        drill.id,
        f'drill of {drill.business_id}'[:255],
        point.image_id,
        point.flavor_id,
        network_id,
        root.size if root is not None else None,
    )
    clones = (
        restore_volume.RestoreVolume(
            drill.id,
            member.id,
            str(member.snapshot_id),  # choose.is_whole has looked
            member.size,
            f'drill of {drill.business_id} {member.device}'[:255],
        )
        for member in situation.data_members(point)
    )
    return ((boot, *clones),)


def _why_not(point: model.RecoveryPoint, ground: Ground) -> str:
    if ground.image is None or ground.image.status != 'active':
        state = 'gone' if ground.image is None else ground.image.status
        return (
            f'the original image {point.image_id} is {state}, so that a'
            ' recovery could not rebuild the server from it either: restore'
            ' it, or protect the service anew'
        )
    for member in situation.data_members(point):
        trouble = ground.key_troubles.get(member.volume_id)
        if trouble:
            return (
                f'the key of encrypted volume {member.volume_id} cannot be'
                f' read: {trouble}; let the user who protects the service'
                ' read it'
            )
    return _no_room(point, ground.headroom)


def _no_room(point: model.RecoveryPoint, headroom: resource.Headroom) -> str:
    left = refusal_point.left_of(headroom)
    for (kind, what), needed in needs(point).items():
        room = left.get((kind, what))
        if room is not None and room < needed:
            of_type = f' of type {kind}' if kind is not None else ''
            return (
                f'the drill, and a recovery should one be needed meanwhile,'
                f' take {needed} {what}{of_type}, and the project has room'
                f' for {room}: raise its Cinder quota'
            )
    return ''


def needs(
    point: model.RecoveryPoint,
) -> collections.Counter[refusal_point.Limit]:
    """Count the clones, and what a recovery would take beside them.

    A drill must not be what a recovery is refused for: of each volume that
    one takes a clone and a safety snapshot.
    """
    needed: collections.Counter[refusal_point.Limit] = collections.Counter()
    for member in point.members:
        if member.root:
            needed[None, 'volumes'] += 1
            needed[None, 'GiB'] += member.size
            continue
        needed[None, 'volumes'] += 2
        for kind in {None, member.volume_type}:
            needed[kind, 'snapshots'] += 1
            needed[kind, 'GiB'] += 3 * member.size
    return needed


def equip(
    drill: model.Drill,
    point: model.RecoveryPoint,
    server_id: str,
    policy: rules.RecoveryRules,
) -> tuple[Phase, ...]:
    """Plan the rest, once the server is up and the clones are made."""
    members = situation.data_members(point)
    root = any(each.root for each in point.members)
    looked_at = verify.Verify(
        drill.id,
        server_id,
        'ACTIVE',
        tuple(each.id for each in members),
        tuple(dataclasses.asdict(each) for each in checks_of(policy)),
    )
    phases: tuple[Phase, ...] = (
        (boot_server.MarkRoot(drill.id, server_id, point.image_id),)
        if root
        else (),
        (power.Stop(server_id),),
        tuple(
            attach.Attach(
                drill.id,
                each.id,
                server_id,
                each.device,
                each.tag,
                delete_on_termination=False,
            )
            for each in members
        ),
        (power.Start(server_id),),
        (looked_at,),
    )
    return tuple(phase for phase in phases if phase)


def checks_of(policy: rules.RecoveryRules) -> tuple[rules.Check, ...]:
    """Give the policy's checks that can be made of a drill's server.

    Without a network only those that need none: the others would disprove
    every point.
    """
    if policy.drills.network is not None:
        return policy.checks
    return tuple(each for each in policy.checks if each.driver in NETWORKLESS)


def is_equipped(drill: model.Drill) -> bool:
    """Say whether the rest is planned."""
    return any(each.name == verify.Verify.name for each in drill.steps)


def is_unverified(drill: model.Drill) -> bool:
    """Say whether all is done but the last look."""
    return is_equipped(drill) and all(
        (each.status is model.StepStatus.DONE)
        is (each.name != verify.Verify.name)
        for each in drill.steps
    )


def servers_of(drill: model.Drill) -> frozenset[str]:
    """Give the servers that the journal names, listed by Nova or not."""
    return frozenset(
        each.arguments['server_id']
        for each in drill.steps
        if each.name == power.Stop.name
    )


def removals(
    drill: model.Drill,
    server_ids: collections.abc.Iterable[str],
    volume_ids: collections.abc.Iterable[str],
) -> tuple[Phase, ...]:
    """Plan the removal of what stands and is not in the journal yet."""
    known = {
        each.arguments.get('server_id') or each.arguments['volume_id']
        for each in drill.steps
        if each.name in REMOVALS
    }
    phases: tuple[Phase, ...] = (
        tuple(
            remove.RemoveServer(drill.id, each)
            for each in sorted(set(server_ids) - known)
        ),
        tuple(
            remove.RemoveVolume(drill.id, each)
            for each in sorted(set(volume_ids) - known)
        ),
    )
    return tuple(phase for phase in phases if phase)


def tell(reason: str, left_ids: collections.abc.Iterable[str]) -> str:
    """Add to the reason of a drill what was attached to its server, once."""
    told = [reason] if reason else []
    for each in left_ids:
        text = (
            f'volume {each}, which the drill has not made, was attached to its'
            ' server and is left'
        )
        if text not in reason:
            told.append(text)
    return '; '.join(told)


def records(
    drill: model.Drill, phases: collections.abc.Iterable[Phase]
) -> tuple[model.StepRecord, ...]:
    """Write planned steps as the lines that follow in the journal."""
    last = max((each.phase for each in drill.steps), default=-1)
    return step.records(phases, position=len(drill.steps), phase=last + 1)
