"""Check rights before they are needed, and revoke those nothing needs.

All workers share this work: each right is looked at by one of them.
"""

import collections.abc
import dataclasses
import datetime
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault.cloud import port
from snapfault.db import alarms
from snapfault.db import api
from snapfault.db import delegations

LOG = logging.getLogger(__name__)

#: Begins an alarm about a right, and no other.
BEGINNING: typing.Final = 'delegation: '
#: Begins that of a right that is dead, and no other.
DEAD: typing.Final = f'{BEGINNING}nothing can be done for the service'
#: How soon is tried again what could not be revoked, or not be checked.
AGAIN: typing.Final = datetime.timedelta(minutes=5)
#: A right this old that nothing refers to was left by somebody who died.
LEFT: typing.Final = datetime.timedelta(hours=1)
#: Rights looked at in one go.
MOST: typing.Final = 500


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices."""

    interval: datetime.timedelta  #: between two checks of one right
    warn: datetime.timedelta  #: this long before its end there is an alarm


def sweep(database: api.Database, now: datetime.datetime) -> None:
    """Note the rights that nobody noted, and release those left behind."""
    delegations.adopt(database, now)
    delegations.release_unused(database, now, now - LEFT)


def look(
    database: api.Database,
    cloud: port.Cloud,
    chosen: Settings,
    now: datetime.datetime,
) -> None:
    """Revoke what is spent, and check what is due."""
    for right in _claimed(database, delegations.released, AGAIN, now):
        _revoke(database, cloud, right)
    for right in _claimed(database, delegations.due, chosen.interval, now):
        try:
            _check(database, cloud, right, chosen, now)
        except errors.SnapfaultError as error:
            soon = now - chosen.interval + AGAIN
            delegations.claim(database, right, soon, now)
            LOG.warning(
                'Right %s of project %s is not checked now: %s',
                right.delegation.right_id,
                right.delegation.project_id,
                error,
            )


def _claimed(
    database: api.Database,
    listed: collections.abc.Callable[..., list[model.Right]],
    apart: datetime.timedelta,
    now: datetime.datetime,
) -> collections.abc.Iterator[model.Right]:
    """Give the rights whose turn it is, and that no other worker takes."""
    before = now - apart
    for right in listed(database, before, MOST):
        if delegations.claim(database, right, now, before):
            yield right


def _revoke(
    database: api.Database, cloud: port.Cloud, right: model.Right
) -> None:
    if delegations.is_at_work(database, right):
        return
    delegation = right.delegation
    try:
        cloud.revoke(delegation)
    except errors.SnapfaultError as error:
        LOG.warning(
            'The %s %s of project %s cannot be removed yet: %s',
            delegation.kind,
            delegation.right_id,
            delegation.project_id,
            error,
        )
        return
    delegations.remove(database, delegation)
    LOG.info(
        'The %s %s of project %s is given back',
        delegation.kind,
        delegation.right_id,
        delegation.project_id,
    )


def _check(
    database: api.Database,
    cloud: port.Cloud,
    right: model.Right,
    chosen: Settings,
    now: datetime.datetime,
) -> None:
    """Fetch a token by a right, and tell its protections how it is.

    :raises CloudUnavailable: Keystone does not say
    """
    right_id = right.delegation.right_id
    try:
        cloud.project(right.delegation).check()
    except errors.DelegationDead as error:
        why = cloud.why_dead(right, now)
        text = f'{DEAD}: {why}'
        if alarms.set_of_right(database, right_id, text, now):
            LOG.warning('Right %s is dead: %s (%s)', right_id, why, error)
        return
    ends = right.expires_at
    if ends is None or ends - now > chosen.warn:
        alarms.clear_of_right(database, right_id, BEGINNING)
        return
    text = (
        f'{BEGINNING}application credential {right.credential_id} ends at'
        f' {ends:%Y-%m-%d %H:%M} UTC: hand over another by `openstack'
        ' protection set PROTECTION --delegation application-credential'
        ' --application-credential ID`'
    )
    alarms.give_way_of_right(database, right_id, BEGINNING, text, now)
