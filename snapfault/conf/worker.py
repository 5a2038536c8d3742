"""Options of the worker."""

from oslo_config import cfg

GROUP = cfg.OptGroup('worker', title='The worker')

OPTIONS = [
    cfg.FloatOpt(
        'tick',
        mutable=True,
        default=1.0,
        min=0.05,
        max=60.0,
        help='Seconds between two looks at what is due, when nothing is'
        ' under way. One costs a few small statements of the database; a'
        ' run begins late by this much at most.',
    ),
    cfg.IntOpt(
        'lease',
        default=60,
        min=5,
        max=3600,
        help='Seconds for which a worker holds a task or a recovery without'
        ' a sign of life. When a worker dies, another goes on with its work'
        ' after this long. Raise it if workers lose leases because the'
        ' database answers slowly.',
    ),
    cfg.IntOpt(
        'concurrency',
        default=4,
        min=1,
        max=64,
        help='Tasks that one worker begins at once, in the order of their'
        ' rank. Higher hides the latency of the cloud and blurs the order;'
        ' 1 keeps it strictly.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
