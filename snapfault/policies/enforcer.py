"""The enforcer: the rules in code, and what the operator's file changes."""

import sys

from oslo_config import cfg
from oslo_policy import policy

from snapfault import policies


def make_enforcer(conf: cfg.ConfigOpts) -> policy.Enforcer:
    """Load the rules; ``[oslo_policy]`` says where the operator's are."""
    enforcer = policy.Enforcer(conf)
    enforcer.register_defaults(policies.list_rules())
    return enforcer


def get_enforcer() -> policy.Enforcer:
    """Make an enforcer for oslo.policy's own command line tools.

    They read ``--namespace`` and ``--output-file`` themselves, and leave
    the rest of the command line, such as ``--config-file``, to us.
    """
    conf = cfg.ConfigOpts()
    conf(_ours(sys.argv[1:]), project='snapfault')
    return make_enforcer(conf)


def _ours(arguments: list[str]) -> list[str]:
    theirs = ('--namespace', '--output-file')
    return [
        each
        for position, each in enumerate(arguments)
        if not each.startswith(theirs)
        and not (position and arguments[position - 1] in theirs)
    ]
