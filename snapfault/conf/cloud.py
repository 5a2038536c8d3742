"""Options of the way to the cloud: who the service is there, and where."""

from keystoneauth1 import loading
from oslo_config import cfg

# No help text: oslo.config's Sphinx extension cannot render a group's. What
# it would say stands in doc/source/configuration.
GROUP = cfg.OptGroup('cloud', title='The cloud')

OPTIONS = [
    cfg.StrOpt(
        'region_name',
        help='Region whose endpoints are used. Needed only where the '
        'catalogue has several.',
    ),
    cfg.StrOpt(
        'interface',
        default='public',
        choices=['public', 'internal', 'admin'],
        help='Which endpoints of the catalogue are used. Public ones exist '
        'in every cloud; take internal where the service runs beside the '
        'others and has a way to them.',
    ),
    cfg.ListOpt(
        'trust_roles',
        default=['member'],
        help='Names of the roles that a trust passes on. The default is '
        'enough for servers, volumes and snapshots under the policies that '
        'Nova, Cinder and Glance ship; who protects a server must hold '
        'them all in the project.',
    ),
    cfg.FloatOpt(
        'read_deadline',
        default=30.0,
        min=0.0,
        help='How long, in seconds, a read is tried anew while a service '
        'answers 5xx or not at all. The default outlives the restart of an '
        'API behind a proxy. Changes are never repeated blindly.',
    ),
]


def _session_options() -> list[cfg.Opt]:
    options: list[cfg.Opt] = loading.get_session_conf_options()
    # keystoneauth's own default is to wait for ever
    cfg.set_defaults(options, timeout=60)
    return options


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known; the auth plugin adds its own when loaded."""
    conf.register_opts(OPTIONS, group=GROUP.name)
    conf.register_opts(_session_options(), group=GROUP.name)
    conf.register_opts(
        loading.get_auth_common_conf_options(), group=GROUP.name
    )


def list_opts() -> list[cfg.Opt]:
    """List the options for a sample, those of the password plugin too."""
    return [
        *OPTIONS,
        *_session_options(),
        *loading.get_auth_common_conf_options(),
        *loading.get_auth_plugin_conf_options('password'),
    ]
