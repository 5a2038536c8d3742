"""Which good points are kept."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client

#: The options of ``set`` that take a limit away, what of the quota it is, and
#: what that is then.
TAKEN_AWAY: typing.Final[tuple[tuple[str, str, typing.Any], ...]] = (
    ('quota', 'count', None),
    ('quota_gigabytes', 'gigabytes', None),
    ('quota_age', 'age', None),
    ('tier', 'tiers', None),
    ('label_quota', 'labels', {}),
)
OPTIONS: typing.Final = (
    *('tier_time_zone', 'minimum'),
    *(option for option, _, _ in TAKEN_AWAY),
    *(f'no_{option}' for option, _, _ in TAKEN_AWAY),
)


def add(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options; a new policy says what it keeps."""
    parser.set_defaults(quota_needed=is_new)
    parser.add_argument(
        '--quota',
        metavar='<count>',
        type=argument.count,
        help='How many good recovery points each protection keeps',
    )
    parser.add_argument(
        '--quota-gigabytes',
        metavar='<GiB>',
        type=argument.count,
        help='How large they may be together',
    )
    parser.add_argument(
        '--quota-age',
        metavar='<duration>',
        type=argument.some_time,
        help='How old they may get, such as 30d',
    )
    _add_tiers(parser)
    if is_new:
        return
    for option, limit, _ in TAKEN_AWAY:
        parser.add_argument(
            f'--no-{option.replace("_", "-")}',
            action='store_const',
            const=True,
            help=f'Take the limit by {limit} away',
        )


def _add_tiers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--tier',
        metavar='<tier>=<count>',
        type=argument.tier,
        action='append',
        help=(
            'Keep one point of each of so many hours, days, weeks, months or '
            'years, such as daily=7 or monthly=12 (repeat for several)'
        ),
    )
    parser.add_argument(
        '--tier-time-zone',
        metavar='<zone>',
        help='Where the days of the tiers begin (default: UTC)',
    )
    parser.add_argument(
        '--minimum',
        metavar='<count>',
        type=argument.count,
        help='How many newest ones are kept whatever age and size say',
    )
    parser.add_argument(
        '--label-quota',
        metavar='<label>:<name>=<value>[,...]',
        type=argument.label_quota,
        action='append',
        help=(
            'What is kept of one schedule, such as weekly:count=4 or '
            'nightly:daily=7,age=30d (repeat for several)'
        ),
    )


def check(parsed_args: argparse.Namespace) -> None:
    """Refuse what contradicts itself.

    :raises CommandError: a new policy does not say what it keeps
    """
    argument.once_each('--tier', parsed_args.tier or [])
    pairs = [(label, 0.0) for label, _ in parsed_args.label_quota or ()]
    argument.once_each('--label-quota', pairs)
    if not parsed_args.quota_needed:
        for option, _, _ in TAKEN_AWAY:
            named = getattr(parsed_args, option) is not None
            if named and getattr(parsed_args, f'no_{option}'):
                name = option.replace('_', '-')
                argument.refuse(f'--no-{name}', f'not allowed with --{name}')
        return
    limits = ('quota', 'quota_gigabytes', 'quota_age', 'tier')
    if all(getattr(parsed_args, each) is None for each in limits):
        argument.refuse(
            '--quota',
            'a policy says what it keeps: give --quota, --quota-gigabytes, '
            '--quota-age or --tier',
        )


def members(
    parsed_args: argparse.Namespace, current: client.Record
) -> client.Record:
    """Give the quota, what is left open taken from the current one."""
    named = {
        'count': parsed_args.quota,
        'gigabytes': parsed_args.quota_gigabytes,
        'age': parsed_args.quota_age,
        'minimum': parsed_args.minimum,
        'tiers': _tiers(parsed_args, current.get('quota', {})),
        'labels': dict(parsed_args.label_quota or ()) or None,
    }
    chosen = {k: v for k, v in named.items() if v is not None}
    for option, limit, nothing in TAKEN_AWAY:
        if getattr(parsed_args, f'no_{option}', None):
            chosen[limit] = nothing
    if not chosen:
        return {}
    return {'quota': {**current.get('quota', {}), **chosen}}


def _tiers(
    parsed_args: argparse.Namespace, quota: client.Record
) -> client.Record | None:
    zone = parsed_args.tier_time_zone
    if parsed_args.tier is None and zone is None:
        return None
    had = quota.get('tiers') or {}
    if parsed_args.tier is None and not had:
        argument.refuse('--tier-time-zone', 'there are no tiers: give --tier')
    tiers = dict(parsed_args.tier) if parsed_args.tier is not None else had
    zone = zone or had.get('time_zone')
    return {**tiers, 'time_zone': zone} if zone else tiers
