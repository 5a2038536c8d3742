"""Options of how faults are found."""

from oslo_config import cfg

GROUP = cfg.OptGroup('watch', title='How faults are found')

OPTIONS = [
    cfg.FloatOpt(
        'interval',
        default=30.0,
        min=0.0,
        max=3600.0,
        help='Seconds between two looks at all protected servers and their'
        ' volumes. One look is a list of servers and a list of volumes for'
        ' each project, from every worker. A fault is noticed late by this'
        ' much at most, and is believed once a policy\'s ``confirm`` has'
        ' passed and a second look has seen it as well. Raise it for many'
        ' projects. 0: nothing is looked at unless a webhook or a'
        ' notification speaks of it; failed backups are still answered.',
    ),
    cfg.BoolOpt(
        'admin_reads',
        default=False,
        help='Whether such a look reads one list of all servers and one of'
        ' all volumes of the cloud, with the rights of the service user,'
        ' instead of two lists for each project with the rights of its'
        ' protections. It pays where many projects have few servers each.'
        ' The service user must be an administrator to Nova and Cinder;'
        ' where it is not, the look goes by project after all and the log'
        ' says so. What is found is read once more with the rights of the'
        ' protection before anything is done, in either case.',
    ),
    cfg.BoolOpt(
        'notifications',
        default=False,
        help='Whether to listen to Nova\'s versioned notifications on the'
        ' message bus. They are hints: what one speaks of is looked at at'
        ' once instead of at the next look, and nothing is ever done'
        ' because of one alone. Nova must send them (notification_format ='
        ' versioned or both, and a driver), and its bus must be the one of'
        ' [oslo_messaging_notifications] transport_url here, or of'
        ' transport_url where that is not set.',
    ),
    cfg.IntOpt(
        'hint_lasts',
        default=300,
        min=10,
        max=86400,
        help='Seconds for which a webhook\'s alarm or a notification means'
        ' something, unless it is said again. An alarm that is to count must'
        ' be repeated more often than this: Aodh does so with'
        ' repeat_actions. Raise it for what repeats more rarely.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
