"""``snapfault-manage db purge``: remove what is over and long past."""

import argparse
import datetime
import sys
import typing

from oslo_config import cfg

from snapfault import clock
from snapfault.cmd import database
from snapfault.db import housekeeping

DESCRIPTION = """\
Remove rows of what ended more than DAYS days ago: tasks, drills, recoveries
with their journals, deleted recovery points, evidence, and workers that gave
no sign of life since. What is open, what keeps a volume or may be undone, and
each service's last recovery stay, however old. It may run beside the workers
and be broken off at any time."""
CENTURY: typing.Final = 36500


def add_parser(verbs: 'argparse._SubParsersAction[typing.Any]') -> None:
    """Say what it takes."""
    parser = verbs.add_parser(
        'purge',
        help='Remove rows of what is over and long past',
        description=DESCRIPTION,
    )
    parser.add_argument(
        '--older-than',
        required=True,
        type=between(1, CENTURY),
        metavar='DAYS',
        help='how many days ago it must have ended, 1 or more',
    )
    parser.add_argument(
        '--batch',
        default=500,
        type=between(1, 10000),
        metavar='ROWS',
        help='rows removed in one transaction, 500 by default',
    )
    parser.add_argument(
        '--dry-run', action='store_true', help='only count them'
    )
    parser.set_defaults(run=_purge)


def between(least: int, most: int) -> typing.Any:
    """Give a type of argument: a whole number within bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                f'{text!r} is no whole number from {least} to {most}'
            )
        return number

    return read


def _purge(conf: cfg.ConfigOpts) -> int:
    opened = database.connect(conf)
    chosen = conf.command
    before = clock.now() - datetime.timedelta(days=chosen.older_than)
    for kind in housekeeping.KINDS:
        if chosen.dry_run:
            found = housekeeping.count(opened, kind, before)
        else:
            found = housekeeping.purge_all(opened, kind, before, chosen.batch)
        verb = 'would go' if chosen.dry_run else 'gone'
        sys.stdout.write(f'{kind.name}: {found} {verb}\n')
        sys.stdout.flush()
    opened.close()
    return 0
