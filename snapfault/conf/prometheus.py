"""Options of the load source ``prometheus``."""

from keystoneauth1 import loading
from oslo_config import cfg

GROUP = cfg.OptGroup('prometheus', title='Load from Prometheus or Aetos')

OPTIONS = [
    cfg.StrOpt(
        'url',
        help='Where Prometheus is, such as http://127.0.0.1:9090; a path in'
        ' it comes before /api/v1/query. Without it the service of type'
        ' prometheus in the catalogue (Aetos) is asked, with the token of'
        ' [cloud]; its user then needs the role admin or service.',
    ),
    cfg.StrOpt(
        'username',
        help='With url: whom to say we are, by HTTP basic authentication.'
        ' Without it nobody: Prometheus itself asks for nobody.',
    ),
    cfg.StrOpt(
        'password', secret=True, help='With username: the password of it.'
    ),
]


def _session_options() -> list[cfg.Opt]:
    options: list[cfg.Opt] = loading.get_session_conf_options()
    # keystoneauth's own default is to wait for ever
    cfg.set_defaults(options, timeout=10)
    return options


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
    conf.register_opts(_session_options(), group=GROUP.name)


def list_opts() -> list[cfg.Opt]:
    """List the options for a sample."""
    return [*OPTIONS, *_session_options()]
