"""What a person asks of a recovery: the same to have it, and to foresee it."""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import errors
from snapfault import model
from snapfault import trouble
from snapfault.api import call
from snapfault.api import named
from snapfault.db import removal

ASKED = 'asked for by a person'


def recovery(
    this: call.Call,
    protection: model.Protection,
    asked: collections.abc.Mapping[str, typing.Any],
) -> model.Recovery:
    """Describe the recovery that is asked for; nothing is kept.

    :param asked: 'recovery_point_id', 'before_at', 'keep_volumes', or none
    :raises InvalidInput: they contradict each other
    :raises Conflict: the protection ends
    """
    removal.check_stays(protection.business_id, protection.ending_at)
    _check_one(asked)
    point_id = asked.get('recovery_point_id')
    before_at = asked.get('before_at')
    if point_id is not None:
        named.check_point(this, protection, point_id)
    made = trouble.new_recovery(
        protection,
        cause=ASKED,
        onset_at=this.now,
        evidence={},
        now=this.now,
        point_id=point_id,
    )
    return dataclasses.replace(
        made,
        before_at=moment(before_at) if before_at is not None else None,
        keep_volumes=_is_yes(asked.get('keep_volumes')),
    )


def _is_yes(value: object) -> bool:
    """Read a switch of a body, or of a query."""
    return value in (True, 'true', 'True')


def _check_one(asked: collections.abc.Mapping[str, typing.Any]) -> None:
    """Refuse what contradicts each other.

    :raises InvalidInput: it does
    """
    given = [
        each
        for each in ('recovery_point_id', 'before_at')
        if asked.get(each) is not None
    ]
    if _is_yes(asked.get('keep_volumes')):
        given.append('keep_volumes')
    if len(given) > 1:
        raise errors.InvalidInput(
            f'{" and ".join(given)}: only one of them can be'
        )


def moment(text: str) -> datetime.datetime:
    """Read a time.

    :raises InvalidInput: there is no such time
    """
    try:
        return datetime.datetime.fromisoformat(text).astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise errors.InvalidInput(f'{text!r}: {error}') from error
