"""What a recovery would do now, and what it would cost: nothing but reads.

It plans by the very function that recoveries are planned by, on the same
fresh read of the cloud, and changes nothing.
"""

import dataclasses

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import recoveries
from snapfault.db import step_times
from snapfault.outlook import cost
from snapfault.recover import plan
from snapfault.recover import read
from snapfault.recover import step


@dataclasses.dataclass(frozen=True)
class Foresight:
    """What would happen, or why nothing would."""

    planned: plan.Plan | plan.Refusal | None  #: None: it could not be read
    point: model.RecoveryPoint | None = None  #: None: no volume is restored
    losses: tuple[cost.Loss, ...] = ()
    estimate: cost.Estimate = cost.UNKNOWN
    unread: str = ''  #: why the cloud could not be read
    open_recovery_id: str | None = None  #: no second one begins beside it


def foresee(
    database: api.Database,
    cloud: port.Cloud,
    protection: model.Protection,
    recovery: model.Recovery,
) -> Foresight:
    """Plan a recovery that nobody has asked for yet.

    :param recovery: as it would be made
    """
    policy = policies.get(database, None, protection.policy_id).recovery
    history = read.history(
        database, protection.project_id, protection.business_id
    )
    seen = Foresight(None, open_recovery_id=_open(database, protection))
    try:
        hands = step.Hands(cloud.project(protection.delegation), cloud)
        found = read.situation(
            hands, recovery, protection.image_id, history, policy
        )
    except errors.SnapfaultError as error:
        return dataclasses.replace(seen, unread=str(error))
    found = dataclasses.replace(
        found, stopped_by_us=read.stopped_by_us(database, recovery)
    )
    planned = plan.plan(recovery, history, found, policy)
    if isinstance(planned, plan.Refusal):
        return dataclasses.replace(seen, planned=planned)
    point = next((p for p in history.points if p.id == planned.point_id), None)
    times = step_times.of_project(database, protection.project_id)
    return dataclasses.replace(
        seen,
        planned=planned,
        point=point,
        losses=cost.losses(planned, point, found),
        estimate=cost.estimate(planned.phases, times, point),
    )


def _open(database: api.Database, protection: model.Protection) -> str | None:
    newest = recoveries.list_page(
        database,
        protection.project_id,
        limit=1,
        business_id=protection.business_id,
    )
    for each in newest:
        if each.status in model.OPEN_RECOVERY:
            return each.id
    return None
