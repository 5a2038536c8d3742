"""The steps of each way, in phases; those of one phase run at once. Pure.

The order is Nova's own: attach and detach are refused while a server is in
ERROR, so the rebuild comes first and the volumes follow. What the rebuild
and the exchange of volumes could destroy is kept by safety snapshots before.
"""

import collections.abc
import dataclasses

from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault.recover import refusal
from snapfault.recover import refusal_point
from snapfault.recover import situation as situation_
from snapfault.recover import step
from snapfault.recover.steps import attach
from snapfault.recover.steps import detach
from snapfault.recover.steps import evacuate
from snapfault.recover.steps import power
from snapfault.recover.steps import reboot
from snapfault.recover.steps import rebuild
from snapfault.recover.steps import repair
from snapfault.recover.steps import restore_volume
from snapfault.recover.steps import safety_snapshot
from snapfault.recover.steps import verify

Phase = tuple[step.Step, ...]


@dataclasses.dataclass(frozen=True)
class Ground:
    """What the steps are made from; all of it was found good."""

    recovery: model.Recovery
    situation: situation_.Situation
    image_id: str
    point: model.RecoveryPoint | None = None  #: None: the volumes stay
    checks: tuple[rules.Check, ...] = ()  #: that the service must pass

    @property
    def server(self) -> resource.Server:
        """The server, which is there."""
        assert self.situation.server is not None  # the plan has looked
        return self.situation.server

    @property
    def members(self) -> tuple[model.Member, ...]:
        """The members that are restored."""
        return situation_.data_members(self.point) if self.point else ()

    @property
    def replaced(self) -> dict[str, resource.Attachment]:
        """What is detached, by the member that takes its place."""
        if self.point is None:
            return {}
        return situation_.replaced(self.point, self.situation)


def of_way(way: model.Way, ground: Ground) -> tuple[Phase, ...]:
    """Give the phases of a way, those with nothing to do left out."""
    return tuple(phase for phase in _WAYS[way](ground) if phase)


def _reboot(ground: Ground) -> list[Phase]:
    """Bring the guest up again: nothing is lost.

    Nova has no mark that tells whether it rebooted an ACTIVE server, so
    that one is stopped and started, each of which shows.
    """
    server_id = ground.server.id
    if ground.server.status == 'ERROR':
        up: list[Phase] = [
            (reboot.Reboot(server_id, power.known(ground.server)),)
        ]
    else:
        up = [(power.Stop(server_id),), (power.Start(server_id),)]
    return [*up, _verify(ground)]


def _full(ground: Ground) -> list[Phase]:
    return [
        _repairs(ground, ground.situation.volumes),
        _safety(model.Way.FULL, ground),
        (_rebuild(ground), *_restores(ground)),
        *_exchange(ground),
        _start(ground),
        _verify(ground),
    ]


def _data(ground: Ground) -> list[Phase]:
    gone = {each.volume_id for each in ground.replaced.values()}
    return [
        _repairs(ground, gone),
        (*_safety(model.Way.DATA, ground), *_restores(ground)),
        *_exchange(ground),
        _start(ground),
        _verify(ground),
    ]


def _server(ground: Ground) -> list[Phase]:
    return [
        _repairs(ground, ground.situation.volumes),
        _safety(model.Way.SERVER, ground),
        (_rebuild(ground),),
        _start(ground),
        _verify(ground),
    ]


def _evacuate(ground: Ground) -> list[Phase]:
    """Have the server on another host, and stop it there.

    Nova stops it itself unless it was in ERROR, but shows it up and idle
    for a moment first: to be started it must be seen stopped.
    """
    host = ground.situation.host
    assert host is not None  # refusal.of_host has looked
    return [
        _repairs(ground, ground.situation.volumes),
        _safety(model.Way.EVACUATE, ground),
        (
            evacuate.Evacuate(
                ground.server.id, host.name, power.known(ground.server)
            ),
        ),
        (power.Stop(ground.server.id),),
        _start(ground),
        _verify(ground),
    ]


_WAYS: dict[model.Way, collections.abc.Callable[[Ground], list[Phase]]] = {
    model.Way.REBOOT: _reboot,
    model.Way.FULL: _full,
    model.Way.DATA: _data,
    model.Way.SERVER: _server,
    model.Way.EVACUATE: _evacuate,
}


def _repairs(
    ground: Ground, volume_ids: collections.abc.Iterable[str]
) -> Phase:
    """Set right what Nova left half done; the policy allows it."""
    volumes = ground.situation.volumes
    return tuple(
        repair.Repair(ground.server.id, each)
        for each in sorted(volume_ids)
        if refusal.is_mendable(volumes[each], ground.server)
    )


def _safety(way: model.Way, ground: Ground) -> Phase:
    return tuple(
        safety_snapshot.SafetySnapshot(ground.recovery.id, each.id)
        for each in refusal_point.safe(way, ground.point, ground.situation)
    )


def _rebuild(ground: Ground) -> step.Step:
    by_itself = ground.recovery.automatic and ground.server.status == 'ERROR'
    return rebuild.Rebuild(
        ground.recovery.id,
        ground.server.id,
        ground.image_id,
        len(ground.recovery.attempts),
        'ERROR' if by_itself else '',
    )


def _exchange(ground: Ground) -> list[Phase]:
    """Stop the server, and put restored volumes in place of the damaged."""
    if not ground.members:
        return []
    return [
        (power.Stop(ground.server.id),),
        tuple(
            detach.Detach(ground.server.id, each.volume_id, ground.recovery.id)
            for each in ground.replaced.values()
        ),
        tuple(_attaches(ground)),
    ]


def _restores(ground: Ground) -> collections.abc.Iterator[step.Step]:
    volumes = ground.situation.volumes
    for member in ground.members:
        assert member.snapshot_id is not None  # choose.is_whole has looked
        damaged = ground.replaced.get(member.id)
        label = (
            volumes[damaged.volume_id].name
            if damaged is not None
            else f'{ground.recovery.business_id} {member.device}'
        )
        yield restore_volume.RestoreVolume(
            ground.recovery.id,
            member.id,
            member.snapshot_id,
            member.size,
            label,
        )


def _attaches(ground: Ground) -> collections.abc.Iterator[step.Step]:
    """Attach each restored volume where the one it replaces is now."""
    for member in ground.members:
        place = ground.replaced.get(member.id)
        yield attach.Attach(
            ground.recovery.id,
            member.id,
            ground.server.id,
            place.device if place is not None else member.device,
            member.tag,
            member.delete_on_termination,
        )


def _start(ground: Ground) -> Phase:
    """Start the server, unless a person wants it off."""
    if ground.situation.is_off:
        return ()
    return (power.Start(ground.server.id),)


def _verify(ground: Ground) -> Phase:
    return (
        verify.Verify(
            ground.recovery.id,
            ground.server.id,
            'SHUTOFF' if ground.situation.is_off else 'ACTIVE',
            tuple(member.id for member in ground.members),
            tuple(dataclasses.asdict(each) for each in ground.checks),
        ),
    )
