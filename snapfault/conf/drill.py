"""Options of drills, which rehearse recoveries."""

from oslo_config import cfg

GROUP = cfg.OptGroup('drill', title='Drills')

OPTIONS = [
    cfg.IntOpt(
        'max_open',
        default=4,
        min=0,
        max=1000,
        help='Drills under way at once, by all workers together; the others'
        ' wait their turn. Each is a server and the volumes of one recovery'
        ' point. 0 lets none begin; what is under way is still removed. One'
        ' that cannot be removed counts in its project alone.',
    ),
    cfg.IntOpt(
        'max_open_per_project',
        default=1,
        min=0,
        max=1000,
        help='Drills under way at once in one project. Raise it where the'
        ' nights are too short for the drills of a large project.',
    ),
    cfg.IntOpt(
        'timeout',
        default=3600,
        min=60,
        help='Seconds from its begin within which a drill must be verified;'
        ' after that it is broken off, which says nothing of its point. Raise'
        ' it for volumes that take longer to copy.',
    ),
    cfg.IntOpt(
        'retry',
        default=300,
        min=1,
        help='Seconds until the removal of what a drill has made is tried'
        ' again, where the cloud refused it.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
