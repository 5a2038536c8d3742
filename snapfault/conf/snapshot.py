"""Options of stage 3, the taking of recovery points."""

from oslo_config import cfg

GROUP = cfg.OptGroup('snapshot', title='Taking recovery points')

OPTIONS = [
    cfg.IntOpt(
        'creating_timeout',
        default=600,
        min=1,
        help='Seconds within which all snapshots of a recovery point must'
        ' be seen available; after that the point has failed and what was'
        ' made of it is removed. Raise it for a backend that copies data'
        ' when it takes a snapshot.',
    ),
    cfg.IntOpt(
        'stop_timeout',
        default=300,
        min=1,
        help='Seconds a server may take to stop for a recovery point of the'
        ' level stopped; after that the point is taken while it runs, or'
        ' fails, as its policy says. The default is well above what Nova'
        ' gives a guest to shut down by itself, 60 seconds unless its'
        ' shutdown_timeout or the image says otherwise; raise it with that.',
    ),
    cfg.IntOpt(
        'attempts',
        default=3,
        min=1,
        max=100,
        help='How often a task is tried before it is given up and its'
        ' protection raises an alarm. The next run of the schedule is a'
        ' task of its own.',
    ),
    cfg.IntOpt(
        'retry_delay',
        default=60,
        min=0,
        help='Seconds to wait after the first failed attempt; after the'
        ' second twice that, and so on. The default outlasts the restart'
        ' of a service.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
