"""Whether a service could be recovered, before it has to be. Pure.

The judgement is that of a recovery's plan, and says all that stands in the
way at once, where a plan stops at the first.
"""

import dataclasses
import datetime

from snapfault import model
from snapfault import resource
from snapfault.recover import choose
from snapfault.recover import refusal
from snapfault.recover import refusal_point
from snapfault.recover import situation as situation_


@dataclasses.dataclass(frozen=True)
class Case:
    """What is known of one protected service."""

    protection: model.Protection
    policy: model.Policy
    history: choose.History
    now: datetime.datetime  #: it fails now


@dataclasses.dataclass(frozen=True)
class Readiness:
    """What a recovery of one service would meet."""

    protection: model.Protection
    point: model.RecoveryPoint | None  #: the one it would go back to
    age: datetime.timedelta | None  #: of that; None: there is none
    rpo: datetime.timedelta | None  #: as old it may be; None: no limit
    hindrances: tuple[str, ...]  #: each is reason enough for a refusal
    warnings: tuple[str, ...]  #: what a person should know beside

    @property
    def is_ready(self) -> bool:
        """Say whether a recovery would begin."""
        return not self.hindrances


def choice(case: Case, snapshots: choose.Snapshots) -> choose.Choice:
    """Choose the point that a recovery would go back to."""
    return choose.choose(
        _failed(case), case.history, snapshots, case.policy.recovery
    )


def judge(case: Case, found: situation_.Situation | str) -> Readiness:
    """Judge one service.

    :param found: text: why the cloud could not be read
    """
    hindrances: list[str] = []
    warnings: list[str] = []
    if case.protection.ending_at is not None:
        hindrances.append('the protection ends once its running work is over')
    if isinstance(found, str):
        hindrances.append(found)
        point = _newest(case)
    else:
        chosen = choice(case, found.snapshots)
        point = chosen.point
        if point is None and not case.policy.recovery.without_point:
            hindrances.append(chosen.reason)
        elif point is None:
            warnings.append(f'{chosen.reason}; the server alone comes back')
        hindrances += _of_cloud(case, found, point)
    age, rpo = _age(point, case.now), _rpo(case.policy)
    return Readiness(
        case.protection,
        point,
        age,
        rpo,
        tuple(dict.fromkeys(each for each in hindrances if each)),
        (*warnings, *_warnings(case, age, rpo)),
    )


def _newest(case: Case) -> model.RecoveryPoint | None:
    doubtful = choose.doubtful(case.history, case.policy.recovery)
    good = [
        p
        for p in case.history.points
        if p.status is model.PointStatus.GOOD and p.id not in doubtful
    ]
    return max(good, key=lambda point: point.sequence, default=None)


def _failed(case: Case) -> model.Recovery:
    """Describe the recovery that a person would ask for now."""
    protection = case.protection
    return model.Recovery(
        id=protection.id,
        project_id=protection.project_id,
        protection_id=protection.id,
        business_id=protection.business_id,
        server_id=protection.server_id,
        status=model.RecoveryStatus.WAITING,
        cause='',
        onset_at=case.now,
        evidence={},
        point_id=None,
        reason='',
        generation=0,
        claimed_by=None,
        lease_until=None,
        steps=(),
        created_at=case.now,
        finished_at=None,
        before_at=case.now,
    )


def _of_cloud(
    case: Case,
    found: situation_.Situation,
    point: model.RecoveryPoint | None,
) -> list[str]:
    """Give all that the cloud holds against it."""
    policy = case.policy.recovery
    why_not = [refusal.of_server(found, policy)]
    if found.server is None:
        return why_not
    why_not.append(refusal.of_owner(found.server, policy))
    why_not.append(refusal.of_host(found, policy))
    places = situation_.replaced(point, found).values() if point else ()
    exchanged = frozenset(each.volume_id for each in places)
    way = model.Way.FULL
    why_not.append(refusal.of_volumes(way, found, policy, exchanged))
    image_id = point.image_id if point is not None else found.image_id
    why_not.append(refusal_point.of_root(point, found))
    why_not.append(refusal_point.of_image(image_id, point, found))
    if point is not None:
        why_not.append(refusal_point.of_devices(point, found))
        why_not.append(refusal_point.of_keys(point, found))
    why_not.append(refusal_point.of_room(way, point, found))
    return why_not


def _age(
    point: model.RecoveryPoint | None, now: datetime.datetime
) -> datetime.timedelta | None:
    if point is None or point.completed_at is None:
        return None
    return max(now - point.completed_at, datetime.timedelta(0))


def _rpo(policy: model.Policy) -> datetime.timedelta | None:
    if policy.rpo is None:
        return None
    return datetime.timedelta(seconds=policy.rpo)


def _warnings(
    case: Case,
    age: datetime.timedelta | None,
    rpo: datetime.timedelta | None,
) -> list[str]:
    found = []
    if rpo is not None and age is not None and age > rpo:
        found.append(
            f'the point is {_spoken(age)} old, and the policy allows'
            f' {_spoken(rpo)}'
        )
    if case.protection.status is model.ProtectionStatus.PAUSED:
        found.append('the protection is paused: no younger point comes')
    if case.protection.alarm:
        found.append(case.protection.alarm)
    return found + _of_drills(case)


def _spoken(span: datetime.timedelta) -> str:
    return str(datetime.timedelta(seconds=round(span.total_seconds())))


def _of_drills(case: Case) -> list[str]:
    newest = _newest(case)
    if newest is not None and newest.proof is model.Proof.DISPROVEN:
        return [f'a drill has disproven the newest point {newest.id}']
    rehearsed = case.policy.recovery.drills.schedule is not None
    proven = any(p.proof is model.Proof.PROVEN for p in case.history.points)
    if rehearsed and not proven:
        return ['drills are planned, and none has proven a point yet']
    return []


def attachments(
    server: resource.Server,
    volumes: dict[str, resource.Volume],
) -> tuple[resource.Attachment, ...]:
    """Tell what is attached where from two lists of the whole project."""
    found = [
        resource.Attachment(
            server.id,
            each.volume_id,
            _device(server.id, volumes.get(each.volume_id)),
            None,
            each.delete_on_termination,
        )
        for each in server.attached
    ]
    return tuple(sorted(found, key=lambda each: each.device))


def _device(server_id: str, volume: resource.Volume | None) -> str:
    places = volume.places if volume is not None else ()
    return next(
        (each.device for each in places if each.server_id == server_id), ''
    )
