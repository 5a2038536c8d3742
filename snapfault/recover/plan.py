"""Choose the way, the recovery point and the steps, or say why not. Pure.

It is asked anew for each attempt of a recovery, and finds in the recovery
what the attempts before came to.
"""

import dataclasses

from snapfault import model
from snapfault import rules
from snapfault.recover import choose
from snapfault.recover import mended
from snapfault.recover import phases
from snapfault.recover import refusal
from snapfault.recover import refusal_point
from snapfault.recover import situation as situation_
from snapfault.recover import way as ways
from snapfault.recover.steps import power


@dataclasses.dataclass(frozen=True)
class Plan:
    """Phases in order; the steps of one phase run at once."""

    way: model.Way
    point_id: str | None  #: None: no volume is restored
    phases: tuple[phases.Phase, ...]
    reason: str = ''  #: why this way, and why this point


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why there is no plan, and what to do; nothing was touched."""

    reason: str


def plan(
    recovery: model.Recovery,
    history: choose.History,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> Plan | Refusal:
    """Plan the next attempt of a recovery."""
    situation = _remembered(recovery, situation)
    why_not = (
        refusal.of_server(situation, policy)
        or refusal.of_host(situation, policy)
        or mended.of_recovery(recovery, situation, policy)
    )
    if why_not:
        return Refusal(why_not)
    choice = choose.choose(recovery, history, situation.snapshots, policy)
    decision = ways.decide(recovery, choice, situation, policy)
    if decision.way is None:
        return Refusal(decision.reason)
    point = choice.point if decision.way in model.RESTORING else None
    image_id = point.image_id if point is not None else situation.image_id
    why_not = _why_not(decision.way, point, image_id, situation, policy)
    if why_not:
        return Refusal(why_not)
    ground = phases.Ground(recovery, situation, image_id, point, policy.checks)
    reasons = [decision.reason]
    if point is not None:
        reasons += [
            f'recovery point {point.id}: {choice.reason}',
            refusal_point.unsafe(decision.way, point, situation),
        ]
    return Plan(
        decision.way,
        point.id if point is not None else None,
        phases.of_way(decision.way, ground),
        '; '.join(each for each in reasons if each),
    )


def _remembered(
    recovery: model.Recovery, situation: situation_.Situation
) -> situation_.Situation:
    """Note that an earlier attempt has stopped the server, if it has."""
    left_off = any(
        each.name == power.Start.name
        and each.status is not model.StepStatus.DONE
        for each in recovery.steps
    )
    if not left_off:
        return situation
    return dataclasses.replace(situation, stopped_by_us=True)


def _why_not(
    way: model.Way,
    point: model.RecoveryPoint | None,
    image_id: str,
    situation: situation_.Situation,
    policy: rules.RecoveryRules,
) -> str:
    """Look whether volumes, image, devices, keys and quotas allow a way."""
    if way is model.Way.REBOOT:
        return ''
    exchanged = situation_.replaced(point, situation).values() if point else ()
    why_not = refusal.of_volumes(
        way,
        situation,
        policy,
        frozenset(each.volume_id for each in exchanged),
    )
    if why_not:
        return why_not
    if way in (model.Way.FULL, model.Way.SERVER):
        why_not = refusal_point.of_root(
            point, situation
        ) or refusal_point.of_image(image_id, point, situation)
    if why_not or point is None:
        return why_not or refusal_point.of_room(way, None, situation)
    return refusal_point.of_point(way, point, situation)
