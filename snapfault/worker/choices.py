"""The operator's choices for a worker."""

import dataclasses
import datetime
import typing

from oslo_config import cfg

from snapfault.cycle import vouch
from snapfault.rank import run as rank
from snapfault.recover import budget
from snapfault.recover import tools as recover_tools
from snapfault.snapshot import admit
from snapfault.snapshot import pace
from snapfault.snapshot import run as snapshot
from snapfault.worker import drilling
from snapfault.worker import vouching
from snapfault.worker import watching

#: Those that a worker takes up while it works: what it reads at each tick.
#: Their options say that they are mutable, and no others do.
MUTABLE: typing.Final = ('tick', 'poll', 'snapshot', 'recover', 'limits')


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the configuration says of it."""

    tick: float  #: seconds between ticks when nothing is under way
    lease: datetime.timedelta
    concurrency: int  #: tasks begun at once
    selector_interval: float  #: seconds between looks at what is selected
    poll: float  #: seconds between looks at what is under way
    snapshot: snapshot.Settings
    recover: recover_tools.Settings
    limits: budget.Limits  #: for recoveries that nobody asked for
    drill: drilling.Settings
    vouch: vouch.Settings
    watch: watching.Settings = dataclasses.field(
        default_factory=watching.Settings
    )
    ranking: rank.Settings = dataclasses.field(default_factory=rank.Settings)


def settings(conf: cfg.ConfigOpts) -> Settings:
    """Read the worker's settings from the configuration."""
    seconds = datetime.timedelta
    return Settings(
        tick=conf.worker.tick,
        lease=seconds(seconds=conf.worker.lease),
        concurrency=conf.worker.concurrency,
        selector_interval=conf.trigger.selector_interval,
        poll=conf.recover.poll,
        watch=watching.settings(conf),
        ranking=rank.settings(conf),
        snapshot=snapshot.Settings(
            creating_timeout=seconds(seconds=conf.snapshot.creating_timeout),
            stop_timeout=seconds(seconds=conf.snapshot.stop_timeout),
            attempts=conf.snapshot.attempts,
            retry_delay=seconds(seconds=conf.snapshot.retry_delay),
            pace=pace.Bounds(
                seconds(seconds=conf.snapshot.poll_min),
                seconds(seconds=conf.snapshot.poll_max),
            ),
            under_way=admit.Bounds(
                overall=conf.snapshot.max_under_way,
                project=conf.snapshot.max_under_way_per_project,
                volume_type=conf.snapshot.max_under_way_per_type,
            ),
            refusals=conf.snapshot.max_refused_removals,
            count_gigabytes=conf.snapshot.count_gigabytes,
            reconcile=seconds(seconds=conf.snapshot.reconcile_interval),
        ),
        recover=recover_tools.Settings(
            step_timeout=seconds(seconds=conf.recover.step_timeout)
        ),
        limits=limits(conf),
        drill=drilling.settings(conf),
        vouch=vouching.settings(conf),
    )


def limits(conf: cfg.ConfigOpts) -> budget.Limits:
    """Read what bounds the recoveries that nobody asked for."""
    chosen = conf.recover
    return budget.Limits(
        open=chosen.max_open,
        open_per_host=chosen.max_open_per_host,
        open_per_project=chosen.max_open_per_project,
        per_hour=chosen.max_per_hour,
        storm_servers=chosen.storm_servers,
        storm_window=datetime.timedelta(seconds=chosen.storm_window),
    )
