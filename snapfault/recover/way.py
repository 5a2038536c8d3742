"""Decide how the next attempt of a recovery goes about it. Pure.

The gentlest way that can help: what is well is left as it is, and what a
person asked for is done.
"""

import dataclasses

from snapfault import model
from snapfault import rules
from snapfault.recover import choose
from snapfault.recover import refusal_point
from snapfault.recover import situation as situation_


@dataclasses.dataclass(frozen=True)
class Decision:
    """A way and the reason for it; or no way, and why not."""

    way: model.Way | None
    reason: str


def decide(
    recovery: model.Recovery,
    choice: choose.Choice,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> Decision:
    """Decide on the way; the server is there and its host is not in doubt."""
    if situation.host_status not in (None, '', 'UP'):
        return Decision(
            model.Way.EVACUATE,
            'the host of the server is down and fenced',
        )
    if _is_gentle_first(recovery, choice.point, situation, policy):
        return Decision(
            model.Way.REBOOT,
            'the policy tries a hard reboot first, which loses nothing',
        )
    if recovery.keep_volumes:
        return Decision(model.Way.SERVER, 'a person asked to keep the volumes')
    if choice.point is None:
        return _without_point(recovery, choice, situation, policy)
    return _with_point(recovery, choice.point, situation)


def _is_gentle_first(
    recovery: model.Recovery,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> bool:
    """Say whether a reboot may help, and can be seen to have helped.

    That a server which never was in ERROR is ACTIVE afterwards proves
    nothing: then it takes the policy's checks to tell. Where a recovery broke
    off and volumes are away, it would come up without its data.
    """
    if not policy.reboot_first or recovery.attempts or _is_set(recovery):
        return False
    if situation.stopped_by_us and _lacks_volumes(point, situation):
        return False
    in_use = all(
        each.volume_id in situation.volumes
        and situation.volumes[each.volume_id].status == 'in-use'
        for each in situation.attachments
    )
    assert situation.server is not None  # the caller has looked
    status = situation.server.status
    tells = status == 'ERROR' or (status == 'ACTIVE' and bool(policy.checks))
    return in_use and tells


def _lacks_volumes(
    point: model.RecoveryPoint | None, situation: situation_.Situation
) -> bool:
    """Say whether not all of a point's volumes are attached; None has none."""
    attached = {each.volume_id for each in situation.attachments}
    members = point.members if point is not None else ()
    return any(each.volume_id not in attached for each in members)


def _is_set(recovery: model.Recovery) -> bool:
    """Say whether a person wants the data of another moment."""
    return recovery.point_named or recovery.before_at is not None


def _without_point(
    recovery: model.Recovery,
    choice: choose.Choice,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> Decision:
    """Rebuild the server alone where that is wanted, and no data is.

    By itself only a server in ERROR: one that runs has a root disk to lose,
    and would gain nothing.
    """
    assert situation.server is not None  # the caller has looked
    may = policy.without_point and not _is_set(recovery)
    if recovery.automatic and situation.server.status != 'ERROR':
        may = False
    if may and not choose.rejected(recovery):
        return Decision(
            model.Way.SERVER,
            f'{choice.reason}, and the policy rebuilds without one',
        )
    return Decision(None, choice.reason)


def _with_point(
    recovery: model.Recovery,
    point: model.RecoveryPoint,
    situation: situation_.Situation,
) -> Decision:
    assert situation.server is not None  # the caller has looked
    if situation.server.status == 'ERROR':
        return Decision(model.Way.FULL, 'the server is in ERROR')
    lost = list(refusal_point.lost(point, situation))
    if lost:
        return Decision(
            model.Way.DATA, f'the server is well, and {"; ".join(lost)}'
        )
    ways = {attempt.way for attempt in recovery.attempts}
    if model.Way.DATA in ways and model.Way.FULL not in ways:
        return Decision(
            model.Way.DATA, 'the server is well, and its data was restored'
        )
    return Decision(
        model.Way.FULL, 'nothing shows that only a volume is at fault'
    )
