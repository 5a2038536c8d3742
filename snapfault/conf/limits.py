"""Options of the limits that Keystone keeps, those of oslo.limit.

They are oslo.limit's own and listed by it; it registers them with the global
configuration alone, which is not ours.
"""

from keystoneauth1 import loading
from oslo_config import cfg
from oslo_limit import opts

GROUP = 'oslo_limit'


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known; the auth plugin adds its own when loaded."""
    # opts.register_opts puts half of them into the global configuration
    conf.register_opts(opts._options, group=GROUP)
    session = loading.get_session_conf_options()
    # keystoneauth's own default is to wait for ever
    cfg.set_defaults(session, timeout=60)
    conf.register_opts(session, group=GROUP)
    loading.register_adapter_conf_options(
        conf, GROUP, include_deprecated=False
    )
    loading.register_auth_conf_options(conf, GROUP)
