"""Take rights, and give back those that nothing needs any more."""

import collections.abc
import contextlib
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import vault
from snapfault.db import api
from snapfault.db import delegations

LOG = logging.getLogger(__name__)

Revoke = collections.abc.Callable[[model.Delegation], None]


@contextlib.contextmanager
def taken(
    database: api.Database,
    kept: vault.Vault,
    revoke: Revoke,
    enrolled: tuple[model.Delegation, model.Credential | None],
    now: datetime.datetime,
) -> collections.abc.Iterator[None]:
    """Hold a right that was made, while the rows that need it come to be.

    If none comes to be, it goes again.
    """
    right, credential = enrolled
    try:
        kept.keep(right, credential, now)
    except Exception:
        _revoke_at_once(revoke, right)
        raise
    try:
        yield
    except Exception:
        give_back(database, revoke, right, now, fresh=True)
        raise


def give_back(
    database: api.Database,
    revoke: Revoke,
    delegation: model.Delegation,
    now: datetime.datetime,
    *,
    fresh: bool = False,
) -> None:
    """Revoke a right, unless a row or running work still needs it.

    Where that cannot be had now the workers try again: see
    :mod:`snapfault.cycle.vouch`.

    :param fresh: nothing has begun by it, so that no work can need it
    """
    try:
        is_spent = delegations.release(database, delegation, now)
        if fresh and not is_spent:
            is_spent = not delegations.is_used(database, delegation.right_id)
        if is_spent:
            revoke(delegation)
            delegations.remove(database, delegation)
    except (errors.SnapfaultError, *api.OUTAGE) as error:
        _tell(delegation, 'stays for now', error)


def _revoke_at_once(revoke: Revoke, right: model.Delegation) -> None:
    """Revoke what could not even be noted, so that no row needs it."""
    try:
        revoke(right)
    except errors.SnapfaultError as error:
        _tell(right, 'serves nothing and could not be removed', error)


def _tell(right: model.Delegation, what: str, error: Exception) -> None:
    LOG.warning(
        'The %s %s of project %s %s: %s',
        right.kind,
        right.right_id,
        right.project_id,
        what,
        error,
    )
