"""Options of the metrics for Prometheus."""

from oslo_config import cfg

GROUP = cfg.OptGroup('metrics', title='Metrics for Prometheus')

OPTIONS = [
    cfg.PortOpt(
        'port',
        help='Port on which a worker gives metrics at /metrics. Without it'
        ' none does. The numbers are of all workers together, read from the'
        ' database, so one scraped worker is enough; of several workers on'
        ' one machine the first has the port, and another takes it over when'
        ' that one ends.',
    ),
    cfg.HostAddressOpt(
        'host',
        default='127.0.0.1',
        help='Address on which they are given. The default answers this'
        ' machine only: nobody has to log in, and what is told is of all'
        ' projects together, with the ids of a few. Name another address'
        ' only where a firewall lets Prometheus alone through.',
    ),
    cfg.IntOpt(
        'cache',
        default=15,
        min=1,
        max=3600,
        help='Seconds for which what was read from the database is given'
        ' again. It bounds what scraping costs, however many scrape. Raise'
        ' it, to the scrape interval at most, where reading takes long:'
        ' snapfault_read_duration_seconds tells.',
    ),
    cfg.IntOpt(
        'window',
        default=3600,
        min=60,
        max=86400,
        help='Seconds that the metrics of what has ended look back. They are'
        ' read from rows, which may be purged, so they are gauges over a'
        ' window and no counters. The default is the interval of the most'
        ' usual schedule; never less than two scrape intervals.',
    ),
    cfg.IntOpt(
        'worst',
        default=20,
        min=0,
        max=1000,
        help='Protections that get a time series of their own: those whose'
        ' last good point is the oldest. It bounds what Prometheus has to'
        ' keep, in a cloud of any size. Each is named by its id and its'
        " project's; 0 names none.",
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
