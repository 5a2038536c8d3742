"""Options: one module a group; no configuration is global."""

from oslo_config import cfg

from snapfault.conf import api
from snapfault.conf import cloud
from snapfault.conf import delegation
from snapfault.conf import drill
from snapfault.conf import limits
from snapfault.conf import metrics
from snapfault.conf import prometheus
from snapfault.conf import rank
from snapfault.conf import recover
from snapfault.conf import snapshot
from snapfault.conf import trigger
from snapfault.conf import watch
from snapfault.conf import worker


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make all options of snapfault known to a configuration.

    Groups are named, not handed over: oslo.config would keep the options of
    all configurations in the one object, those of an auth plugin too.
    """
    groups = (api, cloud, worker, trigger, snapshot, rank, prometheus)
    others = (limits, watch, recover, drill, metrics, delegation)
    for group in (*groups, *others):
        group.register_opts(conf)
