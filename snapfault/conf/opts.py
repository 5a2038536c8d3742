"""All options of snapfault, for oslo.config's sample generator."""

from oslo_config import cfg

from snapfault.conf import api
from snapfault.conf import cloud
from snapfault.conf import delegation
from snapfault.conf import drill
from snapfault.conf import metrics
from snapfault.conf import prometheus
from snapfault.conf import rank
from snapfault.conf import recover
from snapfault.conf import snapshot
from snapfault.conf import trigger
from snapfault.conf import watch
from snapfault.conf import worker


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """List the groups and their options.

    What the libraries bring along ([database], [keystone_authtoken] ...)
    is listed by them, in namespaces of their own.
    """
    groups = [
        (each.GROUP, each.OPTIONS)
        for each in (
            *(api, worker, trigger, snapshot, rank, watch, recover),
            *(drill, metrics, delegation),
        )
    ]
    return [
        *groups,
        (cloud.GROUP, cloud.list_opts()),
        (prometheus.GROUP, prometheus.list_opts()),
    ]
