"""What a point is made of, and which servers are selected."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client

OPTIONS: typing.Final = (
    *('consistency', 'or_else', 'root_image', 'maintenance'),
    *('select_metadata', 'select_tag'),
)


def add(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options."""
    _add_consistency(parser)
    parser.add_argument(
        '--select-metadata',
        metavar='<key>=<value>',
        type=argument.text_pair,
        action='append',
        help='Protect the servers with this metadata (repeat: all must hold)',
    )
    parser.add_argument(
        '--select-tag',
        metavar='<tag>',
        action='append',
        help='Protect the servers with this tag (repeat: all must hold)',
    )


def _add_consistency(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--consistency',
        choices=('crash', 'group', 'stopped'),
        help=(
            'How the volumes go together: one after another at once, in one '
            'group snapshot, or with the server stopped'
        ),
    )
    parser.add_argument(
        '--or-else',
        choices=('fail', 'degrade'),
        help='What becomes of a point that cannot be so consistent',
    )
    parser.add_argument(
        '--root-image',
        action=argparse.BooleanOptionalAction,
        help='Whether an image of the root disk is part of a point',
    )
    parser.add_argument(
        '--maintenance',
        metavar='<begin>-<end> [<days>] [<zone>]',
        type=argument.window,
        action='append',
        help=(
            "When the server may be stopped, such as '02:00-04:00 sun "
            "Europe/Berlin' (repeat for several)"
        ),
    )


def check(parsed_args: argparse.Namespace) -> None:
    """Refuse what contradicts itself.

    :raises CommandError: a key is named twice
    """
    pairs = [(key, 0.0) for key, _ in parsed_args.select_metadata or ()]
    argument.once_each('--select-metadata', pairs)


def members(
    parsed_args: argparse.Namespace, current: client.Record
) -> client.Record:
    """Give the members, what is left open taken from the current ones."""
    found: client.Record = {}
    for member, named in (
        ('consistency', _consistency(parsed_args)),
        ('selector', _selector(parsed_args)),
    ):
        chosen = {k: v for k, v in named.items() if v is not None}
        if chosen:
            found[member] = {**(current.get(member) or {}), **chosen}
    return found


def _consistency(parsed_args: argparse.Namespace) -> client.Record:
    level = parsed_args.consistency
    windows = parsed_args.maintenance
    if windows is None and level in ('crash', 'group'):
        windows = []  # they go with the level 'stopped' only
    return {
        'level': level,
        'or_else': parsed_args.or_else,
        'root_image': parsed_args.root_image,
        'maintenance': windows,
    }


def _selector(parsed_args: argparse.Namespace) -> client.Record:
    metadata = parsed_args.select_metadata
    return {
        'metadata': None if metadata is None else dict(metadata),
        'tags': parsed_args.select_tag,
    }
