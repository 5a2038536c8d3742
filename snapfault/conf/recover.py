"""Options of stage 4, the recovery."""

from oslo_config import cfg

GROUP = cfg.OptGroup('recover', title='Recovery')

OPTIONS = [
    cfg.IntOpt(
        'step_timeout',
        mutable=True,
        default=600,
        min=1,
        help='Seconds within which each step of a recovery must be seen'
        ' done; after that the recovery fails and says what stands where.'
        ' Raise it for images or volumes that take longer to copy.',
    ),
    cfg.FloatOpt(
        'poll',
        mutable=True,
        default=0.5,
        min=0.05,
        max=60.0,
        help='Seconds between two looks at what is under way, a recovery'
        ' or a recovery point. A look is one list call a project. A recovery'
        ' looks sooner at what it asked for just now.',
    ),
    cfg.IntOpt(
        'max_open',
        mutable=True,
        default=8,
        min=0,
        help='Recoveries that wait for a worker or are under way at once'
        ' before the next that nobody asked for is held for a person. A'
        ' recovery loads image service, storage and hosts just when they'
        ' may be what fails. Those that a person asks for count and are'
        ' never held. 0 holds all that begins by itself.',
    ),
    cfg.IntOpt(
        'max_open_per_host',
        mutable=True,
        default=2,
        min=0,
        help='The same for the servers of one compute host. Many faulty'
        ' servers on one host are the host\'s fault more often than their'
        ' own, and rebuilding them there would fail again. Not applied'
        ' where Nova does not name the host.',
    ),
    cfg.IntOpt(
        'max_open_per_project',
        mutable=True,
        default=4,
        min=0,
        help='The same for one project, so that none takes what the others'
        ' may need. Raise it for a project that owns most of the cloud.',
    ),
    cfg.IntOpt(
        'max_per_hour',
        mutable=True,
        default=20,
        min=0,
        help='Recoveries made in the last hour, over or not, before the'
        ' next that nobody asked for is held for a person. It stops a fault'
        ' that comes back after each recovery from rebuilding for a night.'
        ' Those that are held or were refused do not count.',
    ),
    cfg.IntOpt(
        'storm_servers',
        mutable=True,
        default=10,
        min=2,
        help='Servers found faulty within ``storm_window`` that make a'
        ' storm: everything that would begin by itself is held, with one'
        ' alarm. So many at once are what a restart of the control plane'
        ' looks like, and rebuilding healthy servers would destroy data.'
        ' Lower it for a small cloud, to more than one host carries if a'
        ' host that dies shall be recovered from without a person.',
    ),
    cfg.IntOpt(
        'storm_window',
        mutable=True,
        default=300,
        min=10,
        max=86400,
        help='Seconds that count as at once for ``storm_servers``. Longer'
        ' than a restart of the control plane takes, and than the time for'
        ' which policies confirm a fault, so that the servers are counted'
        ' before the first recovery begins.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
