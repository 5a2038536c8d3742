"""When runs fall due."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client

OPTIONS: typing.Final = (
    *('interval', 'cron', 'schedule', 'time_zone', 'blackout'),
    *('deadline', 'stagger', 'catch_up'),
)


def add(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options; a new policy needs a schedule."""
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
    schedule.add_argument(
        '--schedule',
        metavar='<label>=<duration or expression>',
        type=argument.schedule,
        action='append',
        help=(
            "One of several schedules, such as hourly=1h or 'weekly=0 3 * * "
            "sun' (repeat for each)"
        ),
    )
    parser.add_argument(
        '--time-zone',
        metavar='<zone>',
        help=(
            'The zone that cron expressions are read in, such as '
            'Europe/Berlin (default: UTC)'
        ),
    )
    _add_limits(parser)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--blackout',
        metavar='<begin>-<end> [<days>] [<zone>]',
        type=argument.window,
        action='append',
        help=(
            "Let no run begin within, such as '08:00-18:00 mon-fri "
            "Europe/Berlin' (repeat for several)"
        ),
    )
    parser.add_argument(
        '--deadline',
        metavar='<duration>',
        type=argument.some_time,
        help='A run that has not begun so long after its time is missed',
    )
    parser.add_argument(
        '--stagger',
        metavar='<duration>',
        type=argument.duration,
        help='Spread the protections over so long a time',
    )
    parser.add_argument(
        '--catch-up',
        choices=('one', 'none'),
        help='Make up for missed runs by one run, or by none',
    )


def check(parsed_args: argparse.Namespace) -> None:
    """Refuse what contradicts itself.

    :raises CommandError: an option does not go with another
    """
    pairs = [(each['label'], 0.0) for each in parsed_args.schedule or ()]
    argument.once_each('--schedule', pairs)
    if parsed_args.time_zone is not None and parsed_args.interval is not None:
        argument.refuse(
            '--time-zone',
            'goes with --cron; an interval falls at the same moments in '
            'every zone',
        )


def members(
    parsed_args: argparse.Namespace, current: client.Record
) -> client.Record:
    """Give the members the options name.

    :raises CommandError: --time-zone, and there is no cron to read in it
    """
    return {
        'schedules': _schedules(parsed_args, current.get('schedules', [])),
        'blackouts': parsed_args.blackout,
        'deadline': parsed_args.deadline,
        'stagger': parsed_args.stagger,
        'catch_up': parsed_args.catch_up,
    }


def _schedules(
    parsed_args: argparse.Namespace, current: list[client.Record]
) -> list[client.Record] | None:
    zone = parsed_args.time_zone
    if parsed_args.interval is not None:
        return [{'interval': parsed_args.interval}]
    if parsed_args.cron is not None:
        named = [{'cron': parsed_args.cron}]
        zone = zone or _zone_of(current)
    elif parsed_args.schedule is not None:
        named = parsed_args.schedule
        zone = zone or _zone_of(current)
    elif zone is not None:
        named = current
        if not any(each.get('cron') for each in named):
            argument.refuse(
                '--time-zone',
                'the policy has an interval: give --cron as well',
            )
    else:
        return None
    return [
        {**each, 'time_zone': zone} if zone and each.get('cron') else each
        for each in named
    ]


def _zone_of(current: list[client.Record]) -> str | None:
    """Keep the zone of a policy that has but one."""
    zones = {each['time_zone'] for each in current if each.get('cron')}
    return str(zones.pop()) if len(zones) == 1 else None
