"""Let the record table follow the servers that selectors hold for."""

import collections.abc
import dataclasses
import datetime
import itertools
import logging
import shlex
import uuid

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault import rights
from snapfault.cloud import port
from snapfault.cloud import survey
from snapfault.db import api
from snapfault.db import selections
from snapfault.trigger import drills
from snapfault.trigger import select

LOG = logging.getLogger(__name__)

#: Servers that an alarm names; it counts the others.
NAMED = 3


@dataclasses.dataclass(frozen=True)
class Pass:
    """One look at one project."""

    database: api.Database
    cloud: port.Cloud
    project_id: str
    policies: collections.abc.Mapping[str, model.Policy]  #: by id
    now: datetime.datetime


def enlist(
    database: api.Database, cloud: port.Cloud, now: datetime.datetime
) -> None:
    """Enrol and release what selectors say, project by project.

    Every worker may do so at any time. What cannot be read changes nothing:
    a server is gone only when Nova, asked for it, says so.
    """
    found = selections.list_policies(database)
    for project_id, group in itertools.groupby(
        found, key=lambda each: each.project_id
    ):
        policies = {each.id: each for each in group}
        this = Pass(database, cloud, project_id, policies, now)
        try:
            _look(this)
        except errors.SnapfaultError as error:
            LOG.warning('Selectors of project %s wait: %s', project_id, error)


def _look(this: Pass) -> None:
    """Read a project's servers by the first right that lives, and act."""
    living = _living(this)
    if not living:
        return
    project = this.cloud.project(_right(living[0]))
    servers = project.list_servers()
    standing = selections.list_protections(this.database, this.project_id)
    selection = select.decide(living, standing, servers)
    for released in selection.release:
        if not released.is_gone or _is_gone(project, released):
            _release(this, released)
    for moved in selection.move:
        _move(this, moved)
    found = selection.enrol
    unfit = _enrol(this, project, found) if found else {}
    for policy in living:
        _alarm(this, policy, _told(unfit.get(policy.id, [])))


def _right(policy: model.Policy) -> model.Delegation:
    assert policy.trust_id is not None  # list_policies gives no others
    return model.Delegation(policy.project_id, policy.trust_id)


def _living(this: Pass) -> list[model.Policy]:
    """Give the policies whose right lives; the others get an alarm.

    :raises CloudUnavailable: Keystone does not answer
    """
    dead: dict[str, str] = {}
    for right in {_right(each) for each in this.policies.values()}:
        try:
            this.cloud.project(right).check()
        except errors.DelegationDead as error:
            dead[right.right_id] = str(error)
    living = []
    for policy in this.policies.values():
        if policy.trust_id in dead:
            _alarm(
                this,
                policy,
                'its selector enrols and releases nothing: let a user of the'
                f' project set it anew by `{_anew(policy)}`, which gives a'
                f' new right ({dead[policy.trust_id]})',
            )
        else:
            living.append(policy)
    return living


def _anew(policy: model.Policy) -> str:
    """Give the command that sets a policy's selector to what it is."""
    assert policy.selector is not None  # what has a right has one
    words = ['openstack', 'protection', 'policy', 'set', policy.name]
    for key, value in policy.selector.metadata.items():
        words += ['--select-metadata', f'{key}={value}']
    for tag in policy.selector.tags:
        words += ['--select-tag', tag]
    return shlex.join(words)


def _is_gone(project: port.Project, released: select.Release) -> bool:
    """Ask for a server that is not listed.

    :raises SnapfaultError: that cannot be told now
    """
    try:
        project.get_server(released.protection.server_id)
    except errors.NotFound:
        return True
    return False  # the part of the cloud it is in is away


def _release(this: Pass, released: select.Release) -> None:
    protection = released.protection
    try:
        done = selections.release(
            this.database, protection, this.policies[protection.policy_id]
        )
    except errors.Conflict as error:
        LOG.info('Protection %s is released later: %s', protection.id, error)
        return
    if done:
        LOG.info(
            'Protection %s (%s) is released: %s',
            protection.id,
            protection.business_id,
            released.reason,
        )
        rights.give_back(
            this.database, this.cloud.revoke, protection.delegation, this.now
        )


def _move(this: Pass, moved: select.Move) -> None:
    protection, policy = moved.protection, moved.policy
    nexts = drills.NONE
    if protection.status is model.ProtectionStatus.ACTIVE:
        nexts = drills.nexts(policy, protection.id, this.now)
    if selections.move(this.database, protection, policy, nexts, this.now):
        LOG.info(
            'Protection %s is under policy %s now, whose selector holds',
            protection.id,
            policy.id,
        )
        rights.give_back(
            this.database, this.cloud.revoke, protection.delegation, this.now
        )


def _enrol(
    this: Pass,
    project: port.Project,
    enrol: collections.abc.Collection[select.Enrol],
) -> dict[str, list[tuple[resource.Server, str]]]:
    """Protect what is fit.

    :returns: what is not and why, by policy
    """
    limits = this.cloud.limits(this.project_id)
    found = survey.survey(project, [each.server for each in enrol])
    unfit: dict[str, list[tuple[resource.Server, str]]] = {}
    for each in enrol:
        image_id = found.images.get(each.server.id)
        if image_id is None:
            reason = found.unfit[each.server.id]
            unfit.setdefault(each.policy.id, []).append((each.server, reason))
            continue
        protection = _protection(this, each, image_id)
        try:
            done = selections.enrol(
                this.database, protection, each.policy, limits
            )
        except errors.QuotaExceeded as error:
            reason = str(error)
            unfit.setdefault(each.policy.id, []).append((each.server, reason))
            continue
        except errors.Conflict as error:
            LOG.info('Server %s is left alone: %s', each.server.id, error)
            continue
        if done:
            LOG.info(
                'Server %s is protected as %s: the selector of policy %s'
                ' holds for it',
                each.server.id,
                protection.business_id,
                each.policy.id,
            )
    return unfit


def _protection(
    this: Pass, enrol: select.Enrol, image_id: str
) -> model.Protection:
    protection_id = str(uuid.uuid4())
    return model.Protection(
        id=protection_id,
        project_id=this.project_id,
        business_id=enrol.business_id,
        policy_id=enrol.policy.id,
        server_id=enrol.server.id,
        image_id=image_id,
        right_id=_right(enrol.policy).right_id,
        status=model.ProtectionStatus.ACTIVE,
        selected=True,
        **drills.nexts(enrol.policy, protection_id, this.now),
        alarm='',
        alarm_at=None,
        created_at=this.now,
        updated_at=this.now,
    )


def _told(
    unfit: collections.abc.Sequence[tuple[resource.Server, str]],
) -> str:
    """Say which servers a selector holds for in vain; empty: none."""
    if not unfit:
        return ''
    told = [f'{server.name}: {reason}' for server, reason in unfit[:NAMED]]
    more = len(unfit) - len(told)
    if more:
        told.append(f'and {more} more')
    return (
        f'{len(unfit)} servers that its selector holds for are not'
        f' protected: {"; ".join(told)}'
    )


def _alarm(this: Pass, policy: model.Policy, text: str) -> None:
    if selections.set_alarm(this.database, policy.id, text, this.now) and text:
        LOG.warning('Policy %s (%s): %s', policy.id, policy.name, text)
