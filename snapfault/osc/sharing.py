"""The options that share a policy with other projects."""

import argparse
import typing

from snapfault.osc import client
from snapfault.osc import named

#: What the API calls all projects.
ALL: typing.Final = '*'


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        '--share-with',
        metavar='<project>',
        action='append',
        help='Let another project (name or id) use the policy; may be given '
        'several times, and replaces those it was shared with (admin)',
    )
    group.add_argument(
        '--public',
        action='store_true',
        help='Let all projects use the policy (admin)',
    )
    group.add_argument(
        '--private',
        action='store_true',
        help='Let no other project use the policy (admin; default for a new '
        'one)',
    )


def names_anything(parsed_args: argparse.Namespace) -> bool:
    """Whether the options say anything."""
    return bool(
        parsed_args.share_with or parsed_args.public or parsed_args.private
    )


def members(app: typing.Any, parsed_args: argparse.Namespace) -> client.Record:
    """Give the member that the options stand for, or none.

    :raises CommandError: there is no such project, or several
    """
    if parsed_args.public:
        return {'shared_with': [ALL]}
    if parsed_args.private:
        return {'shared_with': []}
    if not parsed_args.share_with:
        return {}
    found = {
        named.looked_up('--share-with', named.project_id, app, each): None
        for each in parsed_args.share_with
    }
    return {'shared_with': list(found)}
