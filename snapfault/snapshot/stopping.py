"""Decide what to ask of a server that is stopped for its point. Pure.

The row of the point says what is meant before Nova is asked: ``power`` is
STOP from before the stop until the taking is over, then START until the
server was seen to run, or to be in other hands.
"""

import dataclasses
import datetime
import enum

from snapfault import model
from snapfault import resource


class Act(enum.Enum):
    """What to do next."""

    WAIT = enum.auto()
    STOP = enum.auto()
    TAKE = enum.auto()  #: it is off: ask for the snapshots
    GIVE_UP = enum.auto()  #: it will not be off
    START = enum.auto()
    LEAVE = enum.auto()  #: nothing is left to do


@dataclasses.dataclass(frozen=True)
class Next:
    """One act, and why."""

    act: Act
    reason: str = ''


def before(
    point: model.RecoveryPoint,
    server: resource.Server,
    now: datetime.datetime,
    limit: datetime.timedelta,
) -> Next:
    """Say what follows for a point whose server is to be off first.

    :param limit: how long after ``created_at`` it may take to be off
    """
    if server.task_state is None and server.status == 'SHUTOFF':
        return Next(Act.TAKE)
    if now - point.created_at > limit:
        return Next(Act.GIVE_UP, f'the server was not off after {limit}')
    if server.task_state is not None:
        return Next(Act.WAIT)
    if server.status == 'ACTIVE' and not server.locked:
        return Next(Act.STOP)
    locked = ' and locked' if server.locked else ''
    return Next(Act.GIVE_UP, f'the server is {server.status}{locked}')


def strayed(server: resource.Server | None) -> str:
    """Say why a point was not taken of a stopped server; empty: it was.

    Asked when all snapshots are made and nobody meant to start it yet.

    :param server: None: it does not exist any more
    """
    if server is None:
        return (
            'the server is gone, and nobody can tell whether it stayed off'
            ' while its snapshots were made'
        )
    at_rest = server.task_state in (None, *IMAGING)
    if server.status == 'SHUTOFF' and at_rest:
        return ''
    return 'the server did not stay off while its snapshots were made'


#: What Nova does with a server while it makes an image of it.
IMAGING = (
    'image_snapshot_pending',
    'image_snapshot',
    'image_pending_upload',
    'image_uploading',
)


def after(server: resource.Server) -> Next:
    """Say what follows for a server that is to run again."""
    if server.task_state is not None:
        return Next(Act.WAIT)
    if server.status == 'SHUTOFF':
        return Next(Act.START)
    return Next(Act.LEAVE, f'the server is {server.status}')
