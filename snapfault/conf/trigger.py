"""Options of what falls due, and what is protected."""

from oslo_config import cfg

GROUP = cfg.OptGroup('trigger', title='What falls due')

OPTIONS = [
    cfg.FloatOpt(
        'selector_interval',
        default=60.0,
        min=1.0,
        max=86400.0,
        help='Seconds between two looks at the servers of the projects whose'
        ' policies have a selector. One look costs Nova a list of a'
        " project's servers and Keystone a token for each right, from every"
        ' worker. A server that comes or goes is noticed late by this much'
        ' at most; raise it for many projects that rarely change.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
