"""What Keystone's limits let a project have of what is ours."""

import collections.abc
import logging
import threading
import typing

from oslo_config import cfg
from oslo_limit import exception
from oslo_limit import limit

from snapfault import errors
from snapfault import model
from snapfault.cloud import translate
from snapfault.conf import limits as limits_conf

LOG = logging.getLogger(__name__)

#: What oslo.limit raises where Keystone is away, or knows no such endpoint.
FAILURES: typing.Final = (
    *translate.FAILURES,
    exception.SessionInitError,
    ValueError,
)
_LOCK = threading.Lock()


class Limits:
    """Reads limits by oslo.limit, anew for each request.

    Usage is counted by whoever adds to it, in the transaction that does:
    oslo.limit's own way counts first and lets two pass at once.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        """Take the configuration; Keystone is asked with the first limit."""
        self._conf = conf
        group = conf[limits_conf.GROUP]
        #: Whether the operator wants limits at all.
        self.is_on = bool(
            group.endpoint_id
            or group.endpoint_service_type
            or group.endpoint_service_name
        )
        self._enforcer: limit.Enforcer | None = None

    def of(self, project_id: str) -> collections.abc.Mapping[str, int]:
        """Give the limits of a project by resource; -1 is none.

        :returns: empty where there are no limits at all
        :raises CloudUnavailable: Keystone does not tell: nothing more is
            let in until it does
        """
        if not self.is_on:
            return {}
        try:
            with _LOCK:
                enforcer = self._enforcer or self._connect()
                self._enforcer = enforcer
            # None: all there are, in one call each and not one a resource
            found = dict(enforcer.get_registered_limits(None))
            found |= dict(enforcer.get_project_limits(project_id, None))
        except FAILURES as error:
            self._enforcer = None
            LOG.warning('[oslo_limit]: no limits can be read: %s', error)
            raise errors.CloudUnavailable(
                'Keystone does not tell the limits of the project, and until'
                ' it does nothing is added to what it has'
            ) from error
        return {each: found.get(each.value, 0) for each in model.Limited}

    def _connect(self) -> limit.Enforcer:
        """Hand oslo.limit, which has one configuration a process, ours."""
        limit.CONF = self._conf
        limit._SDK_CONNECTION = None
        return limit.Enforcer(_nobody_counts, cache=False)


def _nobody_counts(
    project_id: str | None, names: collections.abc.Collection[str]
) -> dict[str, int]:
    """Stand in for a count that is never asked for."""
    raise NotImplementedError
