"""Options of the REST API."""

from oslo_config import cfg

GROUP = cfg.OptGroup('api', title='The REST API')

OPTIONS = [
    cfg.HostAddressOpt(
        'host',
        default='127.0.0.1',
        help='Address that snapfault-all listens on. The default answers'
        ' this machine only: the API speaks HTTP, so let a proxy that speaks'
        ' TLS face the network. A WSGI server that loads'
        ' snapfault.wsgi.api has its own.',
    ),
    cfg.PortOpt(
        'port',
        default=8790,
        help='Port that snapfault-all listens on.',
    ),
    cfg.IntOpt(
        'max_limit',
        default=1000,
        min=1,
        max=10000,
        help='The most resources in one answer to a list. A caller who asks'
        ' for more, or says no limit, gets this many and a link to the'
        ' rest. Nova and Cinder default to the same; lower it if answers'
        ' grow too large for a proxy in between.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
