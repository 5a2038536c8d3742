"""In which order due tasks run."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client

OPTIONS: typing.Final = (
    *('threshold', 'threshold_under', 'posture', 'priority'),
    *('multiplier', 'unknown_weight', 'rpo'),
)


def add(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options."""
    _add_thresholds(parser)
    parser.add_argument(
        '--priority',
        metavar='<number>',
        type=argument.priority,
        help='A class of its own, -100 to 100; larger runs sooner',
    )
    parser.add_argument(
        '--multiplier',
        metavar='<weigher>=<number>',
        type=argument.multiplier,
        action='append',
        help='How much a weigher counts (repeat for several weighers)',
    )
    parser.add_argument(
        '--unknown-weight',
        metavar='<number>',
        type=argument.fraction,
        help='What absent data weighs, 0 to 1 (default: neutral)',
    )
    parser.add_argument(
        '--rpo',
        metavar='<duration>',
        type=argument.some_time,
        help='How old the last good point may get, such as 4h',
    )


def _add_thresholds(parser: argparse.ArgumentParser) -> None:
    form = '<metric>[:<aggregation>]=<value>[~<margin>]'
    parser.add_argument(
        '--threshold',
        metavar=form,
        type=argument.threshold,
        action='append',
        help=(
            "A service is loaded beyond it, in the metric's unit, such as "
            'cpu_util=80 (repeat for several metrics)'
        ),
    )
    parser.add_argument(
        '--threshold-under',
        metavar=form,
        type=argument.threshold,
        action='append',
        help='The same, for a metric that is bad when it is low',
    )
    parser.add_argument(
        '--posture',
        choices=('risk', 'calm'),
        help=(
            'A service over its threshold is captured sooner (risk) or '
            'later (calm)'
        ),
    )


def check(parsed_args: argparse.Namespace) -> None:
    """Refuse what contradicts itself.

    :raises CommandError: a metric or a weigher is named twice
    """
    both = [
        *(parsed_args.threshold or ()),
        *(parsed_args.threshold_under or ()),
    ]
    argument.once_each(
        '--threshold',
        [
            (':'.join([each['metric'], *_aggregation(each)]), 0.0)
            for each in both
        ],
    )
    argument.once_each('--multiplier', parsed_args.multiplier or [])


def members(
    parsed_args: argparse.Namespace, current: client.Record
) -> client.Record:
    """Give the members the options name."""
    found = {
        'posture': parsed_args.posture,
        'priority': parsed_args.priority,
        'unknown': parsed_args.unknown_weight,
        'rpo': parsed_args.rpo,
    }
    if parsed_args.threshold or parsed_args.threshold_under:
        found['thresholds'] = [
            *(_named(each, 'over') for each in parsed_args.threshold or ()),
            *(
                _named(each, 'under')
                for each in parsed_args.threshold_under or ()
            ),
        ]
    if parsed_args.multiplier is not None:
        found['multipliers'] = dict(parsed_args.multiplier)
    return found


def _aggregation(threshold: client.Record) -> list[str]:
    return [
        value
        for value in [threshold.get('aggregation', 'mean')]
        if value != 'mean'
    ]


def _named(threshold: client.Record, side: str) -> client.Record:
    return {
        side if name == 'value' else name: value
        for name, value in threshold.items()
    }
