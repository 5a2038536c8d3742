"""Look at all protected servers and their volumes: two lists a project.

Or two of the whole cloud, where the service user may read them. Any worker
may do so at any time. What is seen becomes evidence; only a service of which
enough was said is read by itself, and judged.
"""

import collections.abc
import dataclasses
import datetime
import hashlib
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import trouble
from snapfault.cycle import vouch
from snapfault.db import alarms
from snapfault.db import delegations
from snapfault.db import evidence
from snapfault.db import inventory
from snapfault.db import makings
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import selections
from snapfault.recover import case as cases
from snapfault.recover import diagnose
from snapfault.recover import quorum
from snapfault.recover import read
from snapfault.recover import seen
from snapfault.snapshot import sight

LOG = logging.getLogger(__name__)

#: Begins an alarm of the watch, which takes none but its own back.
ALARM: typing.Final = 'found by the watch: '
#: Services of a project that one look reads by themselves. Where there are
#: more, each look draws lots: some may stay broken for good.
FRESH: typing.Final = 20

Watched = tuple[model.Protection, model.Policy]


@dataclasses.dataclass(frozen=True)
class Tools:
    """What a look takes."""

    trouble: trouble.Tools
    lasts: datetime.timedelta  #: how long what one look sees means something
    apart: datetime.timedelta  #: of two looks sooner than this one counts
    admin_reads: bool = False  #: all projects at once, as an administrator


def look(tools: Tools, now: datetime.datetime) -> None:
    """Look at every project that has protections."""
    database = tools.trouble.database
    evidence.purge(database, now)
    try:
        estates = tools.trouble.cloud.list_all() if tools.admin_reads else None
    except errors.CloudRefused as error:
        LOG.warning(
            '[watch] admin_reads: %s; each project is read by itself', error
        )
        estates = None
    except errors.SnapfaultError as error:
        LOG.warning('Nothing is watched: %s', error)
        return
    look_at(tools, inventory.projects(database), now, estates)


def look_at(
    tools: Tools,
    project_ids: collections.abc.Iterable[str],
    now: datetime.datetime,
    estates: collections.abc.Mapping[str, resource.Estate] | None = None,
) -> None:
    """Look at some projects; one that cannot be read keeps no other.

    :param estates: what they have, by project; None: each is read by itself
    """
    hosts: list[resource.Host] | None = None
    for project_id in project_ids:
        watched = _watched(tools, project_id)
        if not watched:
            continue
        if hosts is None:
            hosts = _hosts(tools)
        marked = {seen.hidden(project_id, h.name): h.status for h in hosts}
        try:
            if estates is None:
                estate = _read(tools, watched, now)
            else:
                estate = estates.get(project_id, resource.Estate())
            _look(tools, watched, estate, marked, now)
        except errors.DelegationDead as error:
            _tell_dead(tools, watched, error, now)
        except errors.SnapfaultError as error:
            LOG.warning('Project %s is not watched: %s', project_id, error)


def _hosts(tools: Tools) -> list[resource.Host]:
    """Ask once for all compute services; not to know is no finding."""
    try:
        return tools.trouble.cloud.list_hosts()
    except errors.SnapfaultError as error:
        LOG.warning('The compute services are not watched: %s', error)
        return []


def _watched(tools: Tools, project_id: str) -> list[Watched]:
    """Give what of a project is to be looked at.

    What is paused or ends is not, nor is a server that a recovery is open
    for, or that is off for a recovery point.
    """
    database = tools.trouble.database
    busy = set(recoveries.open_servers(database)) | {
        point.server_id
        for point in makings.unfinished(database)
        if point.power in model.HELD_POWER
    }
    found = [
        each
        for each in selections.list_protections(database, project_id)
        if each.status is model.ProtectionStatus.ACTIVE
        and each.ending_at is None
        and each.server_id not in busy
    ]
    rules = policies.by_ids(database, {each.policy_id for each in found})
    return [
        (each, rules[each.policy_id])
        for each in found
        if each.policy_id in rules and not rules[each.policy_id].paused
    ]


def _read(
    tools: Tools, watched: list[Watched], now: datetime.datetime
) -> resource.Estate:
    """List what a project has, by the right of one of its protections."""
    rights = [protection.delegation for protection, _ in watched]
    project = sight.Sight(tools.trouble.cloud, rights, now)
    # The servers first: a volume that one has attached is there by then.
    return resource.Estate(project.servers(), project.volumes())


def _look(
    tools: Tools,
    watched: list[Watched],
    estate: resource.Estate,
    hosts: collections.abc.Mapping[str, str],
    now: datetime.datetime,
) -> None:
    """Note what the lists show, and judge that of which enough was said.

    :param hosts: statuses, by the marks of the project's servers
    """
    database = tools.trouble.database
    servers, volumes = estate.servers, estate.volumes
    listed = [each for each in watched if each[0].server_id in servers]
    ids = [protection.id for protection, _ in listed]
    before = evidence.current(database, ids, now)
    for protection, _ in listed:
        server = servers[protection.server_id]
        found = seen.suspect(server, volumes, hosts.get(server.host_id))
        _note(tools, protection, found, before.get(protection.id, ()), now)
    after = evidence.current(database, ids, now)
    ripe = [
        (protection, policy)
        for protection, policy in listed
        if _is_ripe(after.get(protection.id, ()), policy)
    ]
    drawn = _drawn(ripe, now)
    drawn.sort(key=lambda each: after[each[0].id][0].first_at)
    for protection, policy in drawn:
        _judge(tools, protection, policy, now)


def _note(
    tools: Tools,
    protection: model.Protection,
    found: collections.abc.Mapping[str, str],
    before: collections.abc.Iterable[model.Evidence],
    now: datetime.datetime,
) -> None:
    """Keep as evidence what is seen, and forget what is seen no more."""
    database = tools.trouble.database
    for finding, detail in found.items():
        said = evidence.Said(
            model.Source.WATCH, finding, detail, tools.lasts, tools.apart
        )
        evidence.say(database, protection, said, now)
    for each in before:
        if each.source is model.Source.WATCH and each.finding not in found:
            evidence.withdraw(
                database, [protection.id], model.Source.WATCH, each.finding
            )
    hinted = any(each.source in evidence.HINTS for each in before)
    if not found and not hinted and protection.alarm.startswith(ALARM):
        alarms.clear(database, protection.id, ALARM)


def _is_ripe(
    said: collections.abc.Iterable[model.Evidence], policy: model.Policy
) -> bool:
    return any(
        quorum.is_enough(each, policy.recovery.confirm)
        for each in said
        if each.source in (model.Source.WATCH, model.Source.WEBHOOK)
    )


def _drawn(ripe: list[Watched], now: datetime.datetime) -> list[Watched]:
    """Draw those that this look judges, anew at each one.

    The longest broken would take all places, look after look, where nothing
    is done about them. Lots need no memory that workers would have to share.
    """

    def lot(watched: Watched) -> bytes:
        text = f'{now.isoformat()} {watched[0].id}'
        return hashlib.sha256(text.encode()).digest()

    return sorted(ripe, key=lot)[:FRESH]


def _judge(
    tools: Tools,
    protection: model.Protection,
    policy: model.Policy,
    now: datetime.datetime,
) -> None:
    """Read one service afresh, and answer."""
    database = tools.trouble.database
    case = read.case(database, tools.trouble.cloud, protection, policy, now)
    diagnosis = diagnose.diagnose(case)
    LOG.info('Service %s: %s', protection.business_id, diagnosis.reason)
    text = ''
    if diagnosis.recovers:
        text = trouble.open_recovery(
            tools.trouble, protection, policy, case, diagnosis
        )
    elif _needs_person(case, diagnosis):
        text = diagnosis.reason
    if text:
        protections.set_alarm(database, protection.id, ALARM + text, now)


def _needs_person(case: cases.Case, diagnosis: cases.Diagnosis) -> bool:
    """Say whether what is no reason to act is one to tell somebody."""
    if diagnosis.verdict is cases.Verdict.UNKNOWN:
        server: resource.Server | None = case.server
        return server is not None and server.task_state is None
    return diagnosis.verdict is cases.Verdict.HOST_FAULT


def _tell_dead(
    tools: Tools,
    watched: list[Watched],
    error: errors.DelegationDead,
    now: datetime.datetime,
) -> None:
    """Say of all that nothing can be done for them.

    What the check of their rights has said already says more.
    """
    database = tools.trouble.database
    dead = diagnose.diagnose(cases.Case(now, delegation_dead=str(error)))
    ids = [
        protection.id
        for protection, _ in watched
        if not protection.alarm.startswith(vouch.BEGINNING)
    ]
    alarms.set_alarms(database, ids, ALARM + dead.reason, now)
    rights = {protection.right_id for protection, _ in watched}
    delegations.hasten(database, rights, now - vouch.AGAIN)
