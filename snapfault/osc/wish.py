"""What a person may ask of a recovery: to have it, or to foresee it."""

import argparse

from snapfault.osc import argument
from snapfault.osc import client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the service, and what is wanted of its recovery."""
    parser.add_argument(
        'protection',
        metavar='<business-id>',
        help='The business id, or the id, of the protection',
    )
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument(
        '--point',
        metavar='<point>',
        help=(
            'The id of the recovery point to go back to (default: the '
            'newest good one from before the fault)'
        ),
    )
    wanted.add_argument(
        '--before',
        metavar='<time>',
        type=argument.moment,
        help=(
            'Go back to the newest good point that was complete before then, '
            'such as 2026-03-01T12:00:00Z'
        ),
    )
    wanted.add_argument(
        '--keep-volumes',
        action='store_true',
        help='Rebuild the server alone: its volumes are well',
    )


def members(
    protection: client.Record, parsed_args: argparse.Namespace
) -> client.Record:
    """Give what the service is asked for."""
    found = {'business_id': protection['business_id']}
    if parsed_args.point is not None:
        found['recovery_point_id'] = parsed_args.point
    if parsed_args.before is not None:
        found['before_at'] = parsed_args.before
    if parsed_args.keep_volumes:
        found['keep_volumes'] = True
    return found
