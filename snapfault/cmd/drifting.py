"""``snapfault-manage reconcile``: compare rows with the cloud."""

import argparse
import sys
import typing

from oslo_config import cfg

from snapfault import clock
from snapfault import errors
from snapfault.cloud import port
from snapfault.cmd import assemble
from snapfault.cmd import database
from snapfault.cmd import shown
from snapfault.db import api
from snapfault.db import inventory
from snapfault.outlook import drift
from snapfault.snapshot import reconcile

DESCRIPTION = """\
Compare what the tables say with what the cloud has, project by project: good
recovery points whose snapshots are gone or in error, snapshots whose answer
was lost, and snapshots, volumes and servers with snapfault's marks that no
row accounts for. Nothing is changed; with --repair the lost points count no
more and the answers are noted, and no resource of the cloud is ever touched.
Exit code 0: all agrees, or is repaired; 1: something could not be read; 3:
something differs."""
DIFFERS: typing.Final = 3
HEADINGS = ('Project', 'What', 'ID', 'Reason', 'Outcome')

Row = dict[str, str]


def add_parser(commands: 'argparse._SubParsersAction[typing.Any]') -> None:
    """Say what it takes."""
    parser = commands.add_parser(
        'reconcile',
        help='Compare the tables with the cloud',
        description=DESCRIPTION,
    )
    parser.add_argument(
        '--project',
        action='append',
        metavar='ID',
        help='only this project; may be repeated',
    )
    parser.add_argument(
        '--repair',
        action='store_true',
        help='write down what is proven; the cloud is left as it is',
    )
    shown.add_format(parser)
    parser.set_defaults(run=_reconcile)


def _reconcile(conf: cfg.ConfigOpts) -> int:
    opened = database.connect(conf)
    cloud = assemble.cloud(conf, assemble.sessions(conf, opened))
    rows, unread = compare_all(
        opened, cloud, conf.command.project, repair=conf.command.repair
    )
    opened.close()
    if conf.command.format == 'json':
        shown.as_json(rows)
    elif rows:
        shown.as_table(HEADINGS, [list(each.values()) for each in rows])
    for each in unread:
        sys.stderr.write(f'snapfault: {each}\n')
    if unread:
        return 1
    differs = any(each['outcome'] != 'repaired' for each in rows)
    return DIFFERS if differs else 0


def compare_all(
    opened: api.Database,
    cloud: port.Cloud,
    wanted: list[str] | None,
    *,
    repair: bool,
) -> tuple[list[Row], list[str]]:
    """Compare projects, one after another.

    :param wanted: ids of projects; None: all that have protections
    :returns: what differs, and a sentence for each project not read
    :raises InvalidInput: a wanted project has no protection
    """
    known = inventory.projects(opened)
    for each in wanted or ():
        if each not in known:
            raise errors.InvalidInput(f'project {each} protects nothing')
    rows, unread = [], []
    for project_id in dict.fromkeys(wanted or known):
        try:
            rows += _compare(opened, cloud, project_id, repair)
        except errors.SnapfaultError as error:
            unread.append(f'project {project_id} is not compared: {error}')
    return rows, unread


def _compare(
    opened: api.Database, cloud: port.Cloud, project_id: str, repair: bool
) -> list[Row]:
    now = clock.now()
    looked = drift.seen(opened, cloud, project_id, now)
    found = drift.look(opened, looked, project_id)
    mended: set[str] = set()
    if repair and (found.lost or found.adopted):
        again = drift.seen(opened, cloud, project_id, now)
        done = reconcile.reconcile(opened, again, project_id, now)
        mended = {each.point.id for each in done.lost}
        mended |= {each.member_id for each in done.adopted}
    rows = [
        *(('lost point', e.point.id, e.reason) for e in found.lost),
        *(
            ('lost answer', e.member_id, f'made snapshot {e.snapshot_id}')
            for e in found.adopted
        ),
        *((f'stray {e.kind}', e.id, e.reason) for e in found.strays),
    ]
    return [
        {
            'project_id': project_id,
            'what': what,
            'id': each,
            'reason': reason,
            'outcome': 'repaired' if each in mended else 'left alone',
        }
        for what, each, reason in rows
    ]
