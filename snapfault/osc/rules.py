"""The options that write a policy, and the members they stand for."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client

POSTURES = ('risk', 'calm')
#: The options of ``set`` that empty a member, and what it is then.
EMPTIED: typing.Final[tuple[tuple[str, str, typing.Any], ...]] = (
    ('no_threshold', 'thresholds', []),
    ('no_multiplier', 'multipliers', {}),
    ('no_rpo', 'rpo', None),
)
Parsed = argparse.Namespace


def add_arguments(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options; a new policy needs a schedule and a quota."""
    parser.add_argument(
        '--description', metavar='<text>', help='What it is for'
    )
    _add_schedule(parser, is_new)
    parser.add_argument(
        '--quota',
        metavar='<count>',
        type=argument.count,
        required=is_new,
        help='How many good recovery points each protection keeps',
    )
    _add_ranking(parser, is_new)
    _add_recovery(parser)


def check(parsed_args: Parsed) -> None:
    """Refuse what contradicts itself, before anything is sent.

    :raises CommandError: an option does not go with another
    """
    argument.once_each('--threshold', parsed_args.threshold or [])
    argument.once_each('--multiplier', parsed_args.multiplier or [])
    if parsed_args.time_zone is not None and parsed_args.interval is not None:
        argument.refuse(
            '--time-zone',
            'goes with --cron; an interval falls at the same moments in '
            'every zone',
        )


def members(parsed_args: Parsed, current: client.Record) -> client.Record:
    """Give the members of a policy that the options name.

    :param current: the policy as it is; empty for a new one
    :raises CommandError: --time-zone, and there is no cron to read in it
    """
    given: dict[str, typing.Any] = {
        'description': parsed_args.description,
        'schedule': _schedule(parsed_args, current.get('schedule', {})),
        'posture': parsed_args.posture,
        'rpo': parsed_args.rpo,
        'recovery': _recovery(parsed_args, current.get('recovery', {})),
    }
    if parsed_args.quota is not None:
        given['quota'] = {'count': parsed_args.quota}
    if parsed_args.threshold is not None:
        given['thresholds'] = [
            {'metric': metric, 'over': over}
            for metric, over in parsed_args.threshold
        ]
    if parsed_args.multiplier is not None:
        given['multipliers'] = dict(parsed_args.multiplier)
    return {name: value for name, value in given.items() if value is not None}


def changes(parsed_args: Parsed, current: client.Record) -> client.Record:
    """Give the members that ``set`` is to replace.

    The service replaces a member whole, so what the options leave open in
    one is taken from the policy as it is.
    """
    given = members(parsed_args, current)
    if parsed_args.name is not None:
        given['name'] = parsed_args.name
    for option, member, empty in EMPTIED:
        if getattr(parsed_args, option):
            given[member] = empty
    return given


def names_anything(parsed_args: Parsed) -> bool:
    """Whether ``set`` was told anything to set."""
    options = (
        *('name', 'description', 'interval', 'cron', 'time_zone', 'quota'),
        *('threshold', 'posture', 'multiplier', 'rpo'),
        *('automatic_recovery', 'recovery_margin'),
    )
    return any(
        getattr(parsed_args, option) is not None for option in options
    ) or any(getattr(parsed_args, option) for option, _, _ in EMPTIED)


def _add_schedule(parser: argparse.ArgumentParser, is_new: bool) -> None:
    schedule = parser.add_mutually_exclusive_group(required=is_new)
    schedule.add_argument(
        '--interval',
        metavar='<duration>',
        type=argument.some_time,
        help='Run each time so long has passed, such as 900, 15m, 6h or 1d',
    )
    schedule.add_argument(
        '--cron',
        metavar='<expression>',
        type=argument.cron,
        help="Run when a cron expression says so, such as '0 3 * * *'",
    )
    parser.add_argument(
        '--time-zone',
        metavar='<zone>',
        help='With --cron: its zone, such as Europe/Berlin (default: UTC)',
    )


def _add_ranking(parser: argparse.ArgumentParser, is_new: bool) -> None:
    threshold = parser.add_mutually_exclusive_group()
    threshold.add_argument(
        '--threshold',
        metavar='<metric>=<value>',
        type=argument.threshold,
        action='append',
        help=(
            "A service is loaded beyond it, in the metric's unit, such as "
            'cpu_util=80 (repeat for several metrics)'
        ),
    )
    parser.add_argument(
        '--posture',
        choices=POSTURES,
        help=(
            'A service over its threshold is captured sooner (risk) or '
            'later (calm)'
        ),
    )
    multiplier = parser.add_mutually_exclusive_group()
    multiplier.add_argument(
        '--multiplier',
        metavar='<weigher>=<number>',
        type=argument.multiplier,
        action='append',
        help='How much a weigher counts (repeat for several weighers)',
    )
    rpo = parser.add_mutually_exclusive_group()
    rpo.add_argument(
        '--rpo',
        metavar='<duration>',
        type=argument.some_time,
        help='How old the last good point may get, such as 4h',
    )
    if not is_new:
        _add_emptying(threshold, multiplier, rpo)


def _add_emptying(
    threshold: argparse._MutuallyExclusiveGroup,
    multiplier: argparse._MutuallyExclusiveGroup,
    rpo: argparse._MutuallyExclusiveGroup,
) -> None:
    """Let a change take away what a policy has."""
    for group, name, what in (
        (threshold, '--no-threshold', 'Take all thresholds away'),
        (multiplier, '--no-multiplier', 'Take all multipliers away'),
        (rpo, '--no-rpo', 'Let the last good point get as old as it may'),
    ):
        group.add_argument(name, action='store_true', help=what)


def _add_recovery(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--automatic-recovery',
        action=argparse.BooleanOptionalAction,
        help=(
            'Whether a service fault is recovered from without a person '
            '(default of a new policy: it is not)'
        ),
    )
    parser.add_argument(
        '--recovery-margin',
        metavar='<duration>',
        type=argument.duration,
        help='How much older than the fault a point must be, such as 60',
    )


def _schedule(
    parsed_args: Parsed, current: client.Record
) -> client.Record | None:
    if parsed_args.interval is not None:
        return {'interval': parsed_args.interval}
    if parsed_args.cron is None and parsed_args.time_zone is None:
        return None
    cron = parsed_args.cron or current.get('cron')
    if cron is None:
        argument.refuse(
            '--time-zone', 'the policy has an interval: give --cron as well'
        )
    zone = parsed_args.time_zone or current.get('time_zone')
    return {'cron': cron} | ({'time_zone': zone} if zone else {})


def _recovery(
    parsed_args: Parsed, current: client.Record
) -> client.Record | None:
    named = {
        'automatic': parsed_args.automatic_recovery,
        'margin': parsed_args.recovery_margin,
    }
    chosen = {
        name: value for name, value in named.items() if value is not None
    }
    return {**current, **chosen} if chosen else None
