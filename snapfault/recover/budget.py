"""Decide whether a recovery that nobody asked for may begin. Pure.

A service that rebuilds servers by itself can turn a short outage of the
control plane into a long one of everything. So it does little at once, and
where many servers fail at once it does nothing before a person has looked.
"""

import dataclasses
import datetime

from snapfault import model


@dataclasses.dataclass(frozen=True)
class Limits:
    """The operator's bounds for what begins by itself."""

    open: int  #: recoveries under way at once
    open_per_host: int
    open_per_project: int
    per_hour: int
    storm_servers: int  #: so many servers found faulty at once are a storm
    storm_window: datetime.timedelta  #: what 'at once' is


def judge(
    recovery: model.Recovery,
    pressure: model.Pressure,
    limits: Limits,
    *,
    approval: bool,
) -> model.Hold | None:
    """Say why a recovery has to wait for a person; None: it may begin.

    One that a person asked for is never held.

    :param approval: its policy wants a person to look first
    """
    if not recovery.automatic:
        return None
    return (
        storm(pressure, limits)
        or _over_budget(recovery, pressure, limits)
        or (_unapproved(recovery) if approval else None)
    )


def storm(pressure: model.Pressure, limits: Limits) -> model.Hold | None:
    """Say whether so many servers fail at once that none is to be touched."""
    if pressure.faulty < limits.storm_servers:
        return None
    seconds = int(limits.storm_window.total_seconds())
    return model.Hold(
        model.HoldCause.STORM,
        f'{pressure.faulty} servers were found faulty within {seconds} s,'
        ' and so many at once point to the cloud, not to the servers: look'
        ' at its control plane first, then let begin what is still down:'
        ' openstack recovery approve RECOVERY',
    )


def _over_budget(
    recovery: model.Recovery, pressure: model.Pressure, limits: Limits
) -> model.Hold | None:
    for count, limit, what, option in (
        (pressure.open, limits.open, 'are open', 'max_open'),
        (
            pressure.open_on_host,
            limits.open_per_host,
            'are open on its host',
            'max_open_per_host',
        ),
        (
            pressure.open_in_project,
            limits.open_per_project,
            'are open in its project',
            'max_open_per_project',
        ),
        (pressure.begun, limits.per_hour, 'in the last hour', 'max_per_hour'),
    ):
        is_host = option == 'max_open_per_host'
        if count >= limit and (recovery.host_id or not is_host):
            return model.Hold(
                model.HoldCause.BUDGET,
                f'{count} recoveries {what} and [recover] {option} is'
                f' {limit}: {_approve(recovery)}',
            )
    return None


def _unapproved(recovery: model.Recovery) -> model.Hold:
    return model.Hold(
        model.HoldCause.APPROVAL,
        f'the policy wants a person to look first: {_approve(recovery)}',
    )


def _approve(recovery: model.Recovery) -> str:
    return f'`openstack recovery approve {recovery.id}` lets it begin'
