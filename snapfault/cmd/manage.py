"""``snapfault-manage``: what an operator does with the database."""

import argparse
import collections.abc
import sys
import typing

from oslo_config import cfg

from snapfault.cmd import database
from snapfault.cmd import start
from snapfault.db import migration


def main() -> int:
    """Do what the arguments name."""
    return start.run(_manage)


def _manage(arguments: collections.abc.Sequence[str]) -> int:
    conf = start.configure(
        arguments,
        command=cfg.SubCommandOpt(
            'command', title='Commands', handler=_add_parsers
        ),
    )
    database.give_up_at_once(conf)
    conf.command.run(conf)
    return 0


def _add_parsers(commands: 'argparse._SubParsersAction[typing.Any]') -> None:
    group = commands.add_parser('db', help='The schema of the database')
    verbs = group.add_subparsers(required=True, metavar='VERB')
    verbs.add_parser(
        'sync', help='Create the tables, or bring them to this release'
    ).set_defaults(run=_sync)
    verbs.add_parser(
        'version', help='Show the revision the database is at'
    ).set_defaults(run=_version)


def _sync(conf: cfg.ConfigOpts) -> None:
    opened = database.connect_any(conf)
    migration.upgrade(opened)
    sys.stdout.write(f'{migration.version(opened)}\n')


def _version(conf: cfg.ConfigOpts) -> None:
    version = migration.version(database.connect_any(conf))
    sys.stdout.write(f'{version or "empty"}\n')
