"""Options of stage 4, the recovery."""

from oslo_config import cfg

GROUP = cfg.OptGroup('recover', title='Recovery')

OPTIONS = [
    cfg.IntOpt(
        'step_timeout',
        default=600,
        min=1,
        help='Seconds within which each step of a recovery must be seen'
        ' done; after that the recovery fails and says what stands where.'
        ' Raise it for images or volumes that take longer to copy.',
    ),
    cfg.FloatOpt(
        'poll',
        default=0.5,
        min=0.05,
        max=60.0,
        help='Seconds between two looks at what is under way, a recovery'
        ' or a recovery point. A look is one list call a project.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
