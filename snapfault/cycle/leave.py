"""End the protections whose running work is over, and give back their rights.

All workers share this work. Whoever is killed at it leaves nothing behind
that the next look, of any worker, would not go on with: the row of a
protection and its claim on the right go in one transaction.
"""

import datetime
import logging
import typing

from snapfault import errors
from snapfault import rights
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import endings

LOG = logging.getLogger(__name__)

#: Protections that end in one look; the rest wait for the next.
MOST: typing.Final = 500


def look(
    database: api.Database, cloud: port.Cloud, now: datetime.datetime
) -> None:
    """Let those go that only waited for the end of their work."""
    for protection_id in endings.over(database, MOST):
        try:
            ended = endings.finish(database, protection_id, now)
        except errors.SnapfaultError as error:
            LOG.warning('Protection %s stays: %s', protection_id, error)
            continue
        if ended is None:
            continue
        LOG.info('Protection %s of %s is over', ended.id, ended.business_id)
        rights.give_back(database, cloud.revoke, ended.delegation, now)
