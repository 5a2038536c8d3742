"""Options of stage 2, the ranking."""

from oslo_config import cfg

GROUP = cfg.OptGroup('rank', title='Ranking of due tasks')

OPTIONS = [
    cfg.StrOpt(
        'source',
        default='gnocchi',
        help='Where the load of servers is measured, by the name of an'
        ' entry point of snapfault.rank.sources: gnocchi; prometheus, which'
        ' is Aetos too, see [prometheus]; none, which measures nothing, so'
        ' that all load counts as absent.',
    ),
    cfg.IntOpt(
        'max_age',
        default=900,
        min=1,
        help='Seconds a measure may be old. An older one counts as absent,'
        ' which is neutral: it neither hastens nor delays a task. The'
        ' default is three times the interval at which Ceilometer polls;'
        ' keep that relation when you change the interval.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
