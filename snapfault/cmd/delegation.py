"""``snapfault-manage delegation``: the keys that encrypt secrets."""

import argparse
import sys
import typing

from oslo_config import cfg

from snapfault import seal
from snapfault.cmd import assemble
from snapfault.cmd import database


def add_parsers(commands: 'argparse._SubParsersAction[typing.Any]') -> None:
    """Add the group and its verbs."""
    group = commands.add_parser(
        'delegation', help='The keys that encrypt application credentials'
    )
    verbs = group.add_subparsers(required=True, metavar='VERB')
    verbs.add_parser(
        'key', help='Make a key for [delegation] encryption_keys, and show it'
    ).set_defaults(run=_key)
    verbs.add_parser(
        'rotate', help='Encrypt all secrets anew, by the first key'
    ).set_defaults(run=_rotate)


def _key(conf: cfg.ConfigOpts) -> int:
    sys.stdout.write(f'{seal.new_key()}\n')
    return 0


def _rotate(conf: cfg.ConfigOpts) -> int:
    """Write how many there were.

    :returns: 1 where a secret could not be opened: its row is named
    """
    done, shut = assemble.keep(conf, database.connect(conf)).reseal()
    sys.stdout.write(f'{done} encrypted anew\n')
    for right_id in shut:
        sys.stderr.write(
            f'no key opens the secret of right {right_id}: put the key that'
            ' closed it back into [delegation] encryption_keys\n'
        )
    return int(bool(shut))
