"""What would run next, in which order and why, and what would be pruned.

A read: it uses the very functions that the pipeline runs by, on the same
inputs, and changes nothing. Of the cloud it asks the measures of all, and of
each project three lists, however many its protections are.
"""

import collections.abc
import dataclasses
import datetime
import itertools
import typing
import uuid

from snapfault import errors
from snapfault import model
from snapfault import pipeline
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import point_guards
from snapfault.db import points
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tasks
from snapfault.outlook import prospect
from snapfault.rank import plan as rank_plan
from snapfault.rank import run as rank
from snapfault.snapshot import marks

LIMIT: typing.Final = 1000  #: the most protections one preview shows
PROJECTS: typing.Final = 50  #: the most whose cloud is read
RIGHTS: typing.Final = 3  #: of one project that are tried, where some are dead


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices that show in a plan."""

    source: str = 'gnocchi'  #: where measures come from
    #: Removals Cinder may refuse before no point makes room any more.
    refusals: int = 2


@dataclasses.dataclass(frozen=True)
class Preview:
    """One task that waits or will: its rank, and what it would do."""

    ranked: rank_plan.Ranked
    foreseen: prospect.Prospect
    waiting: bool  #: False: not due yet, and no row of it exists
    begins_at: datetime.datetime  #: no sooner
    source: str  #: where the measures come from


def preview(
    database: api.Database,
    cloud: port.Cloud,
    ranker: rank.Ranker,
    project_id: str | None,
    now: datetime.datetime,
    chosen: Settings | None = None,
) -> list[Preview]:
    """Foresee what waits, then what will fall due, in its order.

    :param project_id: None means every project
    :param chosen: None: the defaults
    """
    chosen = chosen or Settings()
    listed = protections.list_page(database, project_id, limit=LIMIT)
    waiting = _waiting(database, project_id)
    due = _due(database, listed, waiting, now)
    ranked = _ranked(ranker, due)
    dues = _with_recoveries(ranked, recoveries.open_servers(database))
    found = prospect.foresee(
        dues,
        _sights(cloud, [each.candidate.protection for each in ranked]),
        _histories(database, listed),
        point_guards.in_use(database),
        chosen.refusals,
    )
    return [
        Preview(
            each.ranked,
            seen,
            each.ranked.candidate.task.protection_id in waiting,
            each.moment,
            chosen.source,
        )
        for each, seen in zip(dues, found, strict=True)
    ]


def _waiting(
    database: api.Database, project_id: str | None
) -> dict[str, model.Task]:
    """Give the tasks that wait, by their protection."""
    status = model.TaskStatus.WAITING
    listed = tasks.list_page(database, project_id, limit=LIMIT, status=status)
    return {task.protection_id: task for task in listed}


def _falls_due(protection: model.Protection) -> bool:
    return (
        protection.status is model.ProtectionStatus.ACTIVE
        and protection.next_run_at is not None
    )


def _upcoming(
    protection: model.Protection,
    scheduled_at: datetime.datetime | None,
    now: datetime.datetime,
) -> model.Task:
    assert scheduled_at is not None  # the caller has looked
    return dataclasses.replace(
        tasks.new(protection, scheduled_at, now),
        id=str(uuid.uuid5(marks.NAMESPACE, protection.id)),
    )


def _due(
    database: api.Database,
    listed: collections.abc.Iterable[model.Protection],
    waiting: collections.abc.Mapping[str, model.Task],
    now: datetime.datetime,
) -> list[model.Candidate]:
    """Join what is to come with what ranking looks at, as each begins.

    What a policy that is paused plans is not to come.
    """
    foreseen = [
        waiting.get(each.id) or _upcoming(each, each.next_run_at, now)
        for each in listed
        if each.id in waiting or _falls_due(each)
    ]
    return [
        dataclasses.replace(
            each,
            now=max(now, each.task.not_before, each.task.scheduled_at),
        )
        for each in pipeline.candidates(database, foreseen, now)
        if each.protection.id in waiting or not each.policy.paused
    ]


def _ranked(
    ranker: rank.Ranker,
    candidates: collections.abc.Sequence[model.Candidate],
) -> list[rank_plan.Ranked]:
    """Rank together what begins together, the earliest first."""
    by_moment = sorted(candidates, key=lambda each: each.now)
    groups = [
        list(group)
        for _, group in itertools.groupby(by_moment, lambda each: each.now)
    ]
    return list(itertools.chain.from_iterable(ranker.rank_apart(groups)))


def _with_recoveries(
    ranked: collections.abc.Iterable[rank_plan.Ranked],
    recovering: collections.abc.Container[str],
) -> list[prospect.Due]:
    """Note of each whether its server has an open recovery."""
    return [
        prospect.Due(
            each,
            each.candidate.now,
            each.candidate.protection.server_id in recovering,
        )
        for each in ranked
    ]


def _histories(
    database: api.Database,
    listed: collections.abc.Collection[model.Protection],
) -> dict[str, list[model.RecoveryPoint]]:
    """Give the points of each protection's service."""
    names = {each.id: (each.project_id, each.business_id) for each in listed}
    found = points.histories(database, list(names.values()))
    return {key: list(found.get(name, ())) for key, name in names.items()}


def _sights(
    cloud: port.Cloud,
    listed: collections.abc.Iterable[model.Protection],
) -> dict[str, prospect.Sight | str]:
    """Look at each project's cloud once, at the first ones' of many."""
    rights: dict[str, list[model.Delegation]] = {}
    for each in listed:
        held = rights.setdefault(each.project_id, [])
        if each.delegation not in held:
            held.append(each.delegation)
    unread = f'a plan reads the clouds of {PROJECTS} projects at most'
    return {
        project_id: _sight(cloud, held) if number < PROJECTS else unread
        for number, (project_id, held) in enumerate(rights.items())
    }


def _sight(
    cloud: port.Cloud, rights: collections.abc.Sequence[model.Delegation]
) -> prospect.Sight | str:
    """Look at a project by the first right that lives; or say why not."""
    reason = ''
    for right in rights[:RIGHTS]:
        project = cloud.project(right)
        try:
            return prospect.Sight(
                {each.id: each for each in project.list_servers()},
                {each.id: each for each in project.list_volumes()},
                project.get_headroom(),
            )
        except errors.DelegationDead as error:
            reason = str(error)
        except errors.SnapfaultError as error:
            return str(error)
    return reason
