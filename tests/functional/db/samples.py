"""Nouns to put into the database, each whole and each like no other."""

import dataclasses
import datetime
import itertools
import typing

from snapfault import model
from snapfault import rules
from snapfault.db import api
from snapfault.db import drill_claims
from snapfault.db import drills
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import task_claims
from snapfault.db import tasks

NOW = datetime.datetime(2026, 5, 1, 12, 0, 0, 250, tzinfo=datetime.UTC)
_COUNT = itertools.count(1)


DAYTIME = rules.Window(
    datetime.time(8),
    datetime.time(18, 30),
    (rules.Weekday.MONDAY, rules.Weekday.FRIDAY),
    'Europe/Prague',
)
#: Every rule at other than its default, by member.
EVERY_RULE: typing.Final[dict[str, typing.Any]] = {
    'schedules': (
        rules.Schedule('hourly', interval=3600),
        rules.Schedule('weekly', cron='0 3 * * sun', time_zone='Asia/Tokyo'),
    ),
    'quota': rules.Quota(
        count=3,
        gigabytes=500,
        age=30 * 86400,
        tiers=rules.Tiers(1, 2, 3, 4, 5, 'Europe/Prague'),
        minimum=2,
        labels={
            'weekly': rules.Limits(count=9),
            'hourly': rules.Limits(tiers=rules.Tiers(daily=7)),
        },
    ),
    'blackouts': (DAYTIME,),
    'deadline': 600,
    'stagger': 60,
    'catch_up': rules.CatchUp.NONE,
    'paused': True,
    'selector': rules.Selector({'tier': 'gold'}, ('web', 'prod')),
    'thresholds': (
        rules.Threshold(rules.Metric('cpu_util'), over=80.0, margin=5.0),
        rules.Threshold(rules.Metric('free', 'rate:mean'), under=1.5),
    ),
    'posture': rules.Posture.CALM,
    'priority': -7,
    'multipliers': {'performance': 1.5},
    'unknown': 0.25,
    'rpo': 7200,
    'consistency': rules.Consistency(
        rules.Level.STOPPED, rules.OrElse.FAIL, True, (DAYTIME,)
    ),
    'recovery': rules.RecoveryRules(True, 5),
}


def after(seconds: float) -> datetime.datetime:
    return NOW + datetime.timedelta(seconds=seconds)


def policy(**changes: typing.Any) -> model.Policy:
    name = f'policy-{next(_COUNT)}'
    whole = model.Policy(
        id=name,
        project_id='mine',
        name=f'name of {name}',
        description='Zlatý ☂',
        schedules=(
            rules.Schedule(cron='0 2 * * *', time_zone='Europe/Prague'),
        ),
        quota=rules.Quota(3),
        thresholds=(
            rules.Threshold(rules.Metric('cpu_util'), 80.5),
            rules.Threshold(rules.Metric('memory.usage', 'max'), 1024.0),
        ),
        posture=rules.Posture.CALM,
        multipliers={'performance': 1.5, 'rpo': -1.0},
        rpo=3600,
        recovery=rules.RecoveryRules(True, 30),
        created_at=NOW,
        updated_at=NOW,
    )
    return dataclasses.replace(whole, **changes)


def protection(policy_id: str, **changes: typing.Any) -> model.Protection:
    name = f'protection-{next(_COUNT)}'
    whole = model.Protection(
        id=name,
        project_id='mine',
        business_id=f'business of {name}',
        policy_id=policy_id,
        server_id=f'server of {name}',
        image_id='image',
        right_id='trust',
        status=model.ProtectionStatus.ACTIVE,
        selected=False,
        next_run_at=NOW,
        alarm='',
        alarm_at=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return dataclasses.replace(whole, **changes)


def member(**changes: typing.Any) -> model.Member:
    name = f'member-{next(_COUNT)}'
    whole = model.Member(
        id=name,
        volume_id=f'volume of {name}',
        size=10,
        volume_type='fast',
        device='/dev/vdb',
        tag=None,
        delete_on_termination=False,
        snapshot_id=None,
    )
    return dataclasses.replace(whole, **changes)


def point(**changes: typing.Any) -> model.RecoveryPoint:
    name = f'point-{next(_COUNT)}'
    whole = model.RecoveryPoint(
        id=name,
        project_id='mine',
        protection_id='protection',
        business_id='business',
        task_id=f'task of {name}',
        labels=('daily',),
        sequence=0,
        status=model.PointStatus.CREATING,
        pinned=True,
        level=rules.Level.GROUP,
        level_reason='so',
        skew=0.25,
        group_snapshot_id='group',
        root_image_id='root',
        root_image=True,
        power=model.Power.START,
        asked_at=NOW,
        server_id='server',
        image_id='image',
        flavor_id='m1.small',
        members=(member(), member(device='/dev/vdc', tag='data')),
        reason='',
        scheduled_at=NOW,
        created_at=NOW,
        completed_at=None,
        not_before=None,
    )
    return dataclasses.replace(whole, **changes)


def recovery(owner: model.Protection, **changes: typing.Any) -> model.Recovery:
    whole = model.Recovery(
        id=f'recovery-{next(_COUNT)}',
        project_id=owner.project_id,
        protection_id=owner.id,
        business_id=owner.business_id,
        server_id=owner.server_id,
        status=model.RecoveryStatus.WAITING,
        cause='asked for by a person',
        onset_at=NOW,
        evidence={'server': {'status': 'ERROR', 'fault': 'Zapomněl ☂'}},
        point_id=None,
        reason='',
        generation=0,
        claimed_by=None,
        lease_until=None,
        steps=(),
        created_at=NOW,
        finished_at=None,
    )
    return dataclasses.replace(whole, **changes)


def drill(owner: model.Protection, **changes: typing.Any) -> model.Drill:
    made = drills.new(owner, 'asked for by a person', NOW)
    whole = dataclasses.replace(made, id=f'drill-{next(_COUNT)}')
    return dataclasses.replace(whole, **changes)


def step(position: int, **changes: typing.Any) -> model.StepRecord:
    whole = model.StepRecord(
        position=position,
        phase=position // 2,
        name='restore-volume',
        arguments={'volume_id': f'volume {position}', 'size': 10},
        status=model.StepStatus.PLANNED,
        detail='',
        started_at=None,
        finished_at=None,
    )
    return dataclasses.replace(whole, **changes)


def attempt(number: int = 0, **changes: typing.Any) -> model.Attempt:
    whole = model.Attempt(
        number=number,
        way=model.Way.FULL,
        point_id=None,
        status=model.AttemptStatus.RUNNING,
        reason='',
        started_at=NOW,
        finished_at=None,
    )
    return dataclasses.replace(whole, **changes)


def kept(owner: model.Recovery, **changes: typing.Any) -> model.Kept:
    name = f'kept-{next(_COUNT)}'
    whole = model.Kept(
        id=name,
        project_id=owner.project_id,
        protection_id=owner.protection_id,
        recovery_id=owner.id,
        kind=model.KeptKind.VOLUME,
        resource_id=f'volume of {name}',
        device='/dev/vdb',
        tag='data',
        delete_on_termination=True,
        status=model.KeptStatus.KEPT,
        keep_until=after(60),
        reason='',
        attempts=0,
        not_before=None,
        created_at=NOW,
    )
    return dataclasses.replace(whole, **changes)


def kept_policy(database: api.Database, **changes: typing.Any) -> model.Policy:
    return policies.create(database, policy(**changes))


def kept_protection(
    database: api.Database, **changes: typing.Any
) -> model.Protection:
    policy_id = changes.pop('policy_id', None)
    if policy_id is None:
        whose = {k: changes[k] for k in ('project_id',) if k in changes}
        policy_id = kept_policy(database, **whose).id
    return protections.create(database, protection(policy_id, **changes))


def kept_task(
    database: api.Database,
    owner: model.Protection | None = None,
    now: datetime.datetime = NOW,
) -> model.Task:
    return tasks.create_now(database, owner or kept_protection(database), now)


def held_task(
    database: api.Database, worker: str = 'w', seconds: float = 60
) -> model.Task:
    held = task_claims.claim(
        database, kept_task(database), worker, NOW, after(seconds)
    )
    assert held is not None
    return held


def kept_recovery(
    database: api.Database, **changes: typing.Any
) -> model.Recovery:
    owner = kept_protection(database)
    return recoveries.create(database, recovery(owner, **changes))


def held_recovery(
    database: api.Database, worker: str = 'w', seconds: float = 60
) -> model.Recovery:
    held = recoveries.claim(
        database, kept_recovery(database), worker, NOW, after(seconds)
    )
    assert held is not None
    return held


def kept_drill(database: api.Database, **changes: typing.Any) -> model.Drill:
    owner = kept_protection(database)
    return drills.create(database, drill(owner, **changes))


#: More than any test has drills.
ROOMY = drill_claims.Bounds(overall=99, project=99)


def held_drill(
    database: api.Database, worker: str = 'w', seconds: float = 60
) -> model.Drill:
    held = drill_claims.claim(
        database, kept_drill(database), worker, NOW, after(seconds), ROOMY
    )
    assert held is not None
    return held


LATER = after(60)


@dataclasses.dataclass(frozen=True)
class Due:
    """What the trigger's plan hands to the queries."""

    protection_id: str
    was: datetime.datetime | None
    scheduled_at: datetime.datetime = NOW
    next_run_at: datetime.datetime | None = LATER
    labels: tuple[str, ...] = ('default',)
    deadline_at: datetime.datetime | None = None


def joined(
    database: api.Database, noun: typing.Any, limit: int, **query: typing.Any
) -> list[typing.Any]:
    """List what project ``mine`` has by pages, none longer than it may be."""
    found: list[typing.Any] = []
    while page := noun.list_page(
        database,
        'mine',
        limit=limit,
        marker=found[-1].id if found else None,
        **query,
    ):
        assert len(page) <= limit
        found += page
    return found
