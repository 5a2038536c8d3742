"""Recoveries."""

import collections.abc
import datetime
import typing

from snapfault import model
from snapfault.api import call
from snapfault.api import named
from snapfault.api import paging
from snapfault.api import views
from snapfault.api import wish
from snapfault.db import evidence
from snapfault.db import kept
from snapfault.db import recoveries

#: How long it is remembered that a person asked.
PERSON_LASTS: typing.Final = datetime.timedelta(hours=1)


def list_page(this: call.Call) -> call.Answer:
    """List recoveries."""
    return paging.answer(
        this,
        'recoveries',
        recoveries.list_page,
        lambda found: _write(this, found),
    )


def _write(
    this: call.Call, found: collections.abc.Sequence[model.Recovery]
) -> list[call.Json]:
    held = kept.of_recoveries(this.database, [each.id for each in found])
    return [views.recovery(each, held[each.id]) for each in found]


def show(this: call.Call) -> call.Answer:
    """Show a recovery and its journal."""
    recovery = recoveries.get(
        this.database, this.scope, this.ids['recovery_id']
    )
    return call.Answer({'recovery': _write(this, [recovery])[0]})


def create(this: call.Call) -> call.Answer:
    """Have a service recovered: a person has seen that it needs it."""
    body = this.body['recovery']
    protection = named.protection(this, body['business_id'])
    recovery = recoveries.create(
        this.database, wish.recovery(this, protection, body)
    )
    said = evidence.Said(
        model.Source.PERSON, 'asked-for', recovery.cause, PERSON_LASTS
    )
    evidence.say(this.database, protection, said, this.now)
    this.backend.wake()
    return call.Answer(
        {'recovery': views.recovery(recovery)},
        status=202,
        location=f'/v1/recoveries/{recovery.id}',
    )
