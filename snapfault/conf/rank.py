"""Options of stage 2, the ranking."""

import math
import typing

from oslo_config import cfg
from oslo_config import types

GROUP = cfg.OptGroup('rank', title='Ranking of due tasks')


class Number(types.Float):  # type: ignore[misc, unused-ignore]
    """A finite number."""

    def __call__(self, value: typing.Any) -> float:
        """Read one.

        :raises ValueError: it is none
        """
        number = super().__call__(value)
        if number is None or not math.isfinite(number):
            raise ValueError(f'{value!r} is no finite number')
        return float(number)


OPTIONS = [
    cfg.StrOpt(
        'source',
        default='gnocchi',
        help='Where the load of servers is measured, by the name of an'
        ' entry point of snapfault.rank.sources: gnocchi; prometheus, which'
        ' is Aetos too, see [prometheus]; none, which measures nothing, so'
        ' that all load counts as absent.',
    ),
    cfg.IntOpt(
        'max_age',
        default=900,
        min=1,
        help='Seconds a measure may be old. An older one counts as absent,'
        ' which is neutral: it neither hastens nor delays a task. The'
        ' default is three times the interval at which Ceilometer polls;'
        ' keep that relation when you change the interval.',
    ),
    cfg.Opt(
        'patience',
        type=Number(min=0.0, max=3600.0),
        default=10.0,
        help='Seconds that reading the measures of all waiting tasks may'
        ' take. When it takes longer, all load counts as absent and the'
        ' tasks begin: no run is delayed by more. The default is what'
        ' Gnocchi gives itself for one call; lower it where runs are due by'
        ' the minute, raise it where there are tens of thousands of servers.',
    ),
    cfg.Opt(
        'multipliers',
        type=types.Dict(Number(min=-1e12, max=1e12)),
        default={},
        help='How much each weigher counts where the policy does not say,'
        ' such as performance:2,write_rate:1. Above 1 is more than by'
        ' default, 0 is nothing, and below 0 turns its order round. A weigher'
        ' that is not named counts 1, and write_rate counts 0.',
    ),
]


def register_opts(conf: cfg.ConfigOpts) -> None:
    """Make the options known."""
    conf.register_opts(OPTIONS, group=GROUP.name)
