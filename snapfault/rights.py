"""Give back the rights that nothing needs any more."""

import collections.abc
import logging

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import trusts

LOG = logging.getLogger(__name__)

Revoke = collections.abc.Callable[[model.Delegation], None]


def give_back(
    database: api.Database, revoke: Revoke, delegation: model.Delegation
) -> None:
    """Revoke a trust, unless a row still refers to it.

    It stays where that cannot be had: nobody is harmed, and the log says so.
    """
    try:
        if not trusts.is_used(database, delegation.trust_id):
            revoke(delegation)
    except (errors.SnapfaultError, *api.OUTAGE) as error:
        LOG.warning(
            'Trust %s of project %s stays: %s',
            delegation.trust_id,
            delegation.project_id,
            error,
        )
