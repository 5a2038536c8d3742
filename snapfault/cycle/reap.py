"""Stage 4 in the long run: remove what recoveries kept, once it is time."""

import collections
import dataclasses
import datetime
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.cycle import context as contexts
from snapfault.db import kept as rows
from snapfault.db import protections
from snapfault.recover import quarantine
from snapfault.recover import reap as reaping
from snapfault.snapshot import sight

LOG = logging.getLogger(__name__)

#: From one look for what is due to the next, and from one at it to another.
AGAIN: typing.Final = datetime.timedelta(seconds=10)
#: How long a refusal is left alone at first, and at most.
BACK_OFF: typing.Final = datetime.timedelta(minutes=5)
LONGEST: typing.Final = datetime.timedelta(days=1)
#: How long a project that cannot be read is left alone at most: it may be
#: given another right, or its outage be over, at any time.
UNREAD: typing.Final = datetime.timedelta(hours=1)
#: Resources looked at in one tick: it should not take long.
LIMIT: typing.Final = 50


def reap(context: contexts.Context, now: datetime.datetime) -> None:
    """Look at what is due, one listing a project."""
    memory = context.memory
    if memory.reap_at is not None and now < memory.reap_at:
        return
    memory.reap_at = now + AGAIN
    by_project = collections.defaultdict(list)
    for each in rows.due(context.database, now, LIMIT):
        by_project[each.project_id].append(each)
    for project_id, due in by_project.items():
        first = {each.protection_id for each in due}
        rights = protections.delegations(context.database, project_id, first)
        seen = sight.Sight(context.cloud, rights, now)
        try:
            _reap_project(context, seen, due, now)
        except errors.SnapfaultError as error:
            _put_off(context, project_id, error, now)
        else:
            memory.unreaped.pop(project_id, None)


def _put_off(
    context: contexts.Context,
    project_id: str,
    error: errors.SnapfaultError,
    now: datetime.datetime,
) -> None:
    """Leave a project alone for a while, so that it is in nobody's way."""
    failed = context.memory.unreaped.get(project_id, 0)
    context.memory.unreaped[project_id] = failed + 1
    pause = min(BACK_OFF * 2 ** min(failed, 20), UNREAD)
    LOG.warning('What project %s keeps stays: %s', project_id, error)
    rows.put_off(context.database, project_id, str(error), now, now + pause)


def _reap_project(
    context: contexts.Context,
    seen: sight.Sight,
    due: list[model.Kept],
    now: datetime.datetime,
) -> None:
    found: dict[str, reaping.Found] = {**seen.volumes(), **seen.snapshots()}
    if any(quarantine.is_marker(each) for each in due):
        quarantine.name(context.database, seen.project, due)
    for each in due:
        if not quarantine.is_marker(each):
            verdict = reaping.judge(each, found.get(each.resource_id))
            _answer(context, seen.project, each, verdict, now)


def _answer(
    context: contexts.Context,
    project: port.Project,
    kept: model.Kept,
    verdict: reaping.Verdict,
    now: datetime.datetime,
) -> None:
    """Do what the verdict says, and put it on record."""
    fate, database = verdict.fate, context.database
    if fate is reaping.Fate.ASK:
        _ask(context, project, kept, now)
    elif fate is reaping.Fate.REFUSED:
        _refused(context, kept, verdict.reason, now)
    elif fate is reaping.Fate.WAIT:
        rows.move(database, kept, kept.status, verdict.reason, now + AGAIN)
    else:
        ended = (
            model.KeptStatus.REMOVED
            if fate is reaping.Fate.REMOVED
            else model.KeptStatus.GONE
        )
        if rows.move(database, kept, ended, verdict.reason):
            LOG.info('%s %s is %s', kept.kind, kept.resource_id, ended)


def _ask(
    context: contexts.Context,
    project: port.Project,
    kept: model.Kept,
    now: datetime.datetime,
) -> None:
    """Ask for its removal; it counts as removed when it is seen no more."""
    if not rows.ask(context.database, kept, now + AGAIN):
        return  # another worker was quicker, or a recovery is open again
    asked = dataclasses.replace(
        kept, status=model.KeptStatus.REMOVING, attempts=kept.attempts + 1
    )
    LOG.info('%s %s is to be removed', kept.kind, kept.resource_id)
    try:
        if kept.kind is model.KeptKind.VOLUME:
            project.delete_volume(kept.resource_id)
        else:
            project.delete_snapshot(kept.resource_id)
    except errors.NotFound:
        return  # the next look says so
    except (errors.CloudConflict, errors.CloudRefused) as error:
        _refused(context, asked, str(error), now)


def _refused(
    context: contexts.Context,
    kept: model.Kept,
    reason: str,
    now: datetime.datetime,
) -> None:
    """Leave it alone for a while: it has snapshots, or the backend is busy."""
    pause = min(BACK_OFF * 2 ** min(kept.attempts, 20), LONGEST)
    LOG.info('%s %s stays: %s', kept.kind, kept.resource_id, reason)
    rows.move(
        context.database, kept, model.KeptStatus.KEPT, reason, now + pause
    )
