"""Open recoveries that nobody asked for: at once, or held for a person."""

import datetime

from snapfault import model
from snapfault.db import api
from snapfault.db import openings
from snapfault.recover import budget


def open_recovery(
    database: api.Database,
    recovery: model.Recovery,
    limits: budget.Limits,
    now: datetime.datetime,
    *,
    approval: bool = False,
) -> model.Recovery:
    """Write a recovery down with its first event, waiting or held.

    :param approval: its policy wants a person to look first
    :returns: the recovery; its status is ``waiting``, or ``held`` and then
        its reason says why
    :raises Conflict: one of that server is open, or its protection ends
    :raises NotFound: its protection is gone
    """
    return openings.open_one(
        database,
        recovery,
        limits.storm_window,
        lambda pressure: budget.judge(
            recovery, pressure, limits, approval=approval
        ),
        now,
    )


def hold_back(
    database: api.Database, limits: budget.Limits, now: datetime.datetime
) -> None:
    """Hold what waits unbegun if a storm has come up since it was opened."""
    if openings.unbegun(database):
        openings.hold_unbegun(
            database,
            limits.storm_window,
            lambda pressure: budget.storm(pressure, limits),
            now,
        )
