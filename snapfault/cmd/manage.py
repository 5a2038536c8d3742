"""``snapfault-manage``: what an operator does beside the API."""

import argparse
import collections.abc
import sys
import typing

from oslo_config import cfg

from snapfault.cmd import database
from snapfault.cmd import delegation
from snapfault.cmd import drifting
from snapfault.cmd import purging
from snapfault.cmd import start
from snapfault.cmd import workers
from snapfault.db import migration

Commands: typing.TypeAlias = 'argparse._SubParsersAction[typing.Any]'


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
    return int(conf.command.run(conf))


def _add_parsers(commands: Commands) -> None:
    delegation.add_parsers(commands)
    group = commands.add_parser('db', help='The database')
    verbs = group.add_subparsers(required=True, metavar='VERB')
    verbs.add_parser(
        'sync', help='Create the tables, or bring them to this release'
    ).set_defaults(run=_sync)
    verbs.add_parser(
        'version', help='Show the revision the database is at'
    ).set_defaults(run=_version)
    purging.add_parser(verbs)
    group = commands.add_parser('worker', help='The workers')
    workers.add_parser(group.add_subparsers(required=True, metavar='VERB'))
    drifting.add_parser(commands)


def _sync(conf: cfg.ConfigOpts) -> int:
    opened = database.connect_any(conf)
    migration.upgrade(opened)
    version = migration.version(opened)
    if migration.is_later(version):
        sys.stderr.write(f'{database.later(version)} It was left alone.\n')
    sys.stdout.write(f'{version}\n')
    return 0


def _version(conf: cfg.ConfigOpts) -> int:
    version = migration.version(database.connect_any(conf))
    sys.stdout.write(f'{version or "empty"}\n')
    return 0
