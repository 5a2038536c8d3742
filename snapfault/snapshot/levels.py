"""Decide at which level of consistency a point is to be taken. Pure.

What a policy asks for cannot always be had. Then the policy says whether the
point fails or is taken at ``crash``, and the point says why.
"""

import collections.abc
import dataclasses
import datetime
import zoneinfo

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rules
from snapfault import week


class Unreachable(errors.InvalidInput):
    """A level cannot be had, and the policy takes nothing less."""


@dataclasses.dataclass(frozen=True)
class Grouping:
    """What was learnt of the group that a service's volumes are in."""

    group: resource.Group | None  #: None: it is gone
    consistent: bool | None  #: what its type promises; None: not told


@dataclasses.dataclass(frozen=True)
class Choice:
    """The level to take a point at."""

    level: rules.Level
    reason: str = ''  #: why it is less than asked; empty: it is not
    group_id: str | None = None  #: what to take a snapshot of, at ``group``
    power: model.Power = model.Power.LEFT  #: STOP: the server is stopped first
    root_image: bool = False  #: whether an image of the root disk goes along


CRASH = Choice(rules.Level.CRASH)


def choose(
    wanted: rules.Consistency,
    server: resource.Server,
    volumes: collections.abc.Sequence[resource.Volume],
    everything: collections.abc.Iterable[resource.Volume],
    look: collections.abc.Callable[[str], Grouping],
    now: datetime.datetime,
) -> Choice:
    """Choose the level for a point that is about to be taken.

    :param volumes: those of the service
    :param everything: all of the project
    :param look: learns of a group by its id; called where it matters only
    :raises Unreachable: it cannot be had, and nothing less will do
    :raises CloudConflict: the same, and it may pass
    """
    if wanted.level is rules.Level.CRASH:
        return CRASH
    if wanted.level is rules.Level.GROUP:
        group_id, reason = _group(volumes, everything, look)
        reached = Choice(rules.Level.GROUP, group_id=group_id)
    else:
        reason = _unstoppable(wanted, server, now)
        stop = server.status == 'ACTIVE'
        power = model.Power.STOP if stop else model.Power.FOUND
        reached = Choice(rules.Level.STOPPED, power=power)
    return fall_back(wanted, reason) if reason else reached


def fall_back(wanted: rules.Consistency, reason: str) -> Choice:
    """Give what the policy has for a level that cannot be had.

    :raises Unreachable: nothing
    """
    if wanted.or_else is rules.OrElse.FAIL:
        raise Unreachable(
            f'consistency level {wanted.level} cannot be had: {reason}'
        )
    return Choice(rules.Level.CRASH, f'{wanted.level} was asked for: {reason}')


def _group(
    volumes: collections.abc.Sequence[resource.Volume],
    everything: collections.abc.Iterable[resource.Volume],
    look: collections.abc.Callable[[str], Grouping],
) -> tuple[str | None, str]:
    """Find the one group of all volumes, or say what is amiss."""
    for volume in volumes:
        if volume.group_id is None:
            return None, f'volume {volume.id} is in no group'
    group_ids = sorted({str(volume.group_id) for volume in volumes})
    if len(group_ids) != 1:
        return None, f'its volumes are in groups {", ".join(group_ids)}'
    group_id = group_ids[0]
    ours = {volume.id for volume in volumes}
    for volume in everything:
        if volume.group_id == group_id and volume.id not in ours:
            return None, (
                f'group {group_id} also has volume {volume.id}, which is not'
                " this server's: remove it from the group"
            )
    return group_id, _unfit(group_id, look(group_id))


def _unfit(group_id: str, found: Grouping) -> str:
    if found.group is None:
        return f'group {group_id} is gone'
    if found.consistent is None:
        return (
            f'the service may not read what the type of group {group_id}'
            " promises: allow its user Cinder's group:access_group_types_specs"
        )
    if not found.consistent:
        return (
            f'the type of group {group_id} does not promise snapshots of one'
            ' moment (consistent_group_snapshot_enabled)'
        )
    if found.group.status != 'available':
        return f'group {group_id} is {found.group.status}'
    return ''


def _unstoppable(
    wanted: rules.Consistency, server: resource.Server, now: datetime.datetime
) -> str:
    """Say why the server cannot be stopped now; empty: it can, or is off.

    :raises CloudConflict: Nova is at work on it, and nothing less will do
    """
    if server.task_state is not None:
        reason = f'Nova is at work on the server ({server.task_state})'
        if wanted.or_else is rules.OrElse.FAIL:
            raise errors.CloudConflict(reason)
        return reason
    if server.status == 'SHUTOFF':
        return ''
    if server.status != 'ACTIVE':
        return f'the server is {server.status}, and only an ACTIVE one stops'
    if server.locked:
        return 'the server is locked'
    if not any(is_open(window, now) for window in wanted.maintenance):
        return f'{now:%Y-%m-%d %H:%M} UTC is in no maintenance window'
    return ''


def is_open(window: rules.Window, now: datetime.datetime) -> bool:
    """Say whether the clocks of a window's zone show a time within it."""
    place = zoneinfo.ZoneInfo(window.time_zone)
    return week.is_shown(window, now.astimezone(place))
