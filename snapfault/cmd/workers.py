"""``snapfault-manage worker list``: who is at work."""

import argparse
import datetime
import typing

from oslo_config import cfg

from snapfault import clock
from snapfault import model
from snapfault.cmd import database
from snapfault.cmd import shown
from snapfault.db import workers

DESCRIPTION = """\
List the workers with their last sign of life and how many tasks, recoveries
and drills each holds. "down": none for as long as it may hold something; what
it held another takes over. "unknown": it holds something and has no row, as
one of an older release. Rows go a week after the last sign of life, or by db
purge."""
HEADINGS = (
    *('Status', 'Host', 'PID', 'Version', 'Started At', 'Last Seen At'),
    *('Tasks', 'Recoveries', 'Drills', 'ID'),
)

Row = dict[str, typing.Any]


def add_parser(verbs: 'argparse._SubParsersAction[typing.Any]') -> None:
    """Say what it takes."""
    parser = verbs.add_parser(
        'list', help='List the workers', description=DESCRIPTION
    )
    shown.add_format(parser)
    parser.set_defaults(run=_list)


def _list(conf: cfg.ConfigOpts) -> int:
    opened = database.connect(conf)
    held = workers.holdings(opened)
    now = clock.now()
    rows = [
        _row(each, each.status(now), held.pop(each.id, model.NOTHING))
        for each in workers.all_of_them(opened)
    ]
    rows += [_unknown(each, held[each]) for each in sorted(held)]
    opened.close()
    if conf.command.format == 'json':
        shown.as_json(rows)
    else:
        shown.as_table(HEADINGS, [_cells(each) for each in rows])
    return 0


def _row(
    worker: model.Worker, status: model.WorkerStatus, held: model.Holdings
) -> Row:
    return {
        'status': str(status),
        'host': worker.host,
        'pid': worker.pid,
        'version': worker.version,
        'started_at': _time(worker.started_at),
        'seen_at': _time(worker.seen_at),
        **_counts(held),
        'id': worker.id,
    }


def _unknown(worker_id: str, held: model.Holdings) -> Row:
    return {
        'status': str(model.WorkerStatus.UNKNOWN),
        **dict.fromkeys(('host', 'pid', 'version', 'started_at', 'seen_at')),
        **_counts(held),
        'id': worker_id,
    }


def _counts(held: model.Holdings) -> Row:
    return {
        'tasks': held.tasks,
        'recoveries': held.recoveries,
        'drills': held.drills,
    }


def _time(at: datetime.datetime) -> str:
    return at.isoformat(timespec='seconds')


def _cells(row: Row) -> list[str]:
    return ['' if each is None else str(each) for each in row.values()]
