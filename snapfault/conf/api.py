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
    cfg.IntOpt(
        'project_reads',
        default=6000,
        min=0,
        mutable=True,
        help='The most requests a minute that read, with tokens of one'
        ' project; 0 is no bound. Who sends more gets 429, and is told when to'
        ' try again. Each process counts for itself. The default, a hundred'
        ' a second, only a script that has run wild reaches: a command is a'
        ' handful of requests, and --wait one every few seconds.',
    ),
    cfg.IntOpt(
        'project_writes',
        default=1200,
        min=0,
        mutable=True,
        help='The most requests a minute that change something, with tokens'
        ' of one project; 0 is no bound. The default is twenty a second; an'
        ' import of the whole record table is one request.',
    ),
    cfg.IntOpt(
        'address_reads',
        default=0,
        min=0,
        mutable=True,
        help='The most requests a minute that read and bear no token, or one'
        ' that Keystone refuses, from one address (IPv6: from one /64); 0,'
        ' the default, is no bound, for behind a proxy one caller could use'
        ' up what all have. There let oslo.middleware read its headers first'
        ' ([oslo_middleware] enable_proxy_headers_parsing). Versions,'
        ' healthchecks and the document of the API are not counted.',
    ),
    cfg.IntOpt(
        'address_writes',
        default=0,
        min=0,
        mutable=True,
        help='The same of requests that change something: alarms sent to'
        ' webhooks, and changes whose token is refused. An alarm that is'
        ' refused may be lost, and one address often sends those of a whole'
        ' cloud: leave room for as many as there are protected services.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
