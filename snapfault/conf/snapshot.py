"""Options of stage 3, the taking of recovery points."""

from oslo_config import cfg

GROUP = cfg.OptGroup('snapshot', title='Taking recovery points')

OPTIONS = [
    cfg.IntOpt(
        'creating_timeout',
        mutable=True,
        default=600,
        min=1,
        help='Seconds within which all snapshots of a recovery point must'
        ' be seen available; after that the point has failed and what was'
        ' made of it is removed. Raise it for a backend that copies data'
        ' when it takes a snapshot.',
    ),
    cfg.IntOpt(
        'stop_timeout',
        mutable=True,
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
        mutable=True,
        default=3,
        min=1,
        max=100,
        help='How often a task is tried before it is given up and its'
        ' protection raises an alarm. To go on where a worker has died is'
        ' no try more. The next run of the schedule is a task of its own.',
    ),
    cfg.IntOpt(
        'retry_delay',
        mutable=True,
        default=60,
        min=0,
        help='Seconds to wait after the first failed attempt; after the'
        ' second twice that, and so on. The default outlasts the restart'
        ' of a service.',
    ),
    cfg.IntOpt(
        'max_under_way',
        mutable=True,
        default=400,
        min=1,
        help='Snapshots that all workers together have in the making at'
        ' once. Tasks beyond it wait in the order of their rank and begin as'
        ' others finish. The default keeps a few busy backends busy; lower it'
        ' if Cinder answers slowly while backups run.',
    ),
    cfg.IntOpt(
        'max_under_way_per_project',
        mutable=True,
        default=200,
        min=1,
        help='The same for one project, so that a large one does not take'
        ' all there is.',
    ),
    cfg.IntOpt(
        'max_under_way_per_type',
        mutable=True,
        default=200,
        min=1,
        help='The same for one volume type, in all projects together. The'
        ' type stands for the backend, which an owner is not shown. Lower it'
        ' for a backend that copies data when it takes a snapshot.',
    ),
    cfg.BoolOpt(
        'count_gigabytes',
        mutable=True,
        default=True,
        help='Whether a snapshot uses up the gigabytes quota by its whole'
        " size, as Cinder's own default is. Set it to false where Cinder has"
        ' no_snapshot_gb_quota: its API does not tell, and a project whose'
        ' volumes use up its gigabytes would get no backups.',
    ),
    cfg.IntOpt(
        'max_refused_removals',
        mutable=True,
        default=2,
        min=0,
        help='Where a quota of Cinder is full, an old point goes to make'
        ' room. If the backend refuses to remove it, another may go; once so'
        ' many removals stand refused, no further point of that service'
        ' does. Zero: no point ever goes ahead of a new one.',
    ),
    cfg.FloatOpt(
        'poll_min',
        mutable=True,
        default=0.5,
        min=0.05,
        max=60.0,
        help='Seconds between two looks at the snapshots of a project while'
        ' they change. A look is one list call, two when a point is'
        ' complete.',
    ),
    cfg.FloatOpt(
        'poll_max',
        mutable=True,
        default=15.0,
        min=0.05,
        max=600.0,
        help='The looks grow rarer up to this many seconds while nothing'
        ' changes. A point is known to be good later by this much at most.'
        ' Raise it for slow backends and many projects.',
    ),
    cfg.IntOpt(
        'reconcile_interval',
        mutable=True,
        default=3600,
        min=0,
        help='Seconds between two comparisons of all recovery points of a'
        ' project with what Cinder has; each worker also makes one soon'
        ' after it starts. It is one list call a project, for each worker. A'
        ' good point whose snapshot has vanished is found to be lost by it,'
        ' so this is how long that may go unnoticed. Zero: never.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
