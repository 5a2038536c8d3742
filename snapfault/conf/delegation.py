"""Options of the rights by which the service acts for projects."""

from oslo_config import cfg
from oslo_config import types

GROUP = cfg.OptGroup('delegation', title='The rights to act for projects')

OPTIONS = [
    cfg.ListOpt(
        'encryption_keys',
        item_type=types.String(),
        default=[],
        secret=True,
        help='Keys that encrypt the secrets of application credentials in'
        ' the database: the first encrypts, all of them decrypt. Without'
        ' any, no application credential is taken. ``snapfault-manage'
        ' delegation key`` makes one. To change it, put the new one in'
        ' front on all hosts, restart the services, run ``snapfault-manage'
        ' delegation rotate``, and take the old one away. Keep them out of'
        ' backups of the database: together they give the secrets.',
    ),
    cfg.IntOpt(
        'check_interval',
        default=3600,
        min=60,
        max=86400,
        help='Seconds between two checks of a right to act for a project: a'
        ' token is fetched by it, and one that is dead becomes an alarm on'
        ' the protections that need it. All workers share the checks. The'
        ' default costs Keystone three tokens a second for 10000 rights;'
        ' lower it where alarms an hour late are too late.',
    ),
    cfg.IntOpt(
        'warn_days',
        default=7,
        min=0,
        max=365,
        help='Days before the end of an application credential at which the'
        ' protections that need it get an alarm. The default leaves a week'
        ' to hand over another. 0: none before it is dead.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
