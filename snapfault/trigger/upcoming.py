"""Foresee the next runs of a policy's rules, and what moves them. Pure."""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import rules
from snapfault.trigger import schedule
from snapfault.trigger import windows

MOST: typing.Final = 100  #: runs that are foreseen at once


@dataclasses.dataclass(frozen=True)
class Run:
    """One run to come, as if each began as soon as it may, and was short."""

    scheduled_at: datetime.datetime  #: without a protection's stagger
    labels: tuple[str, ...]  #: all that fall due before it begins
    begins_at: datetime.datetime | None  #: None: its deadline is sooner
    latest_at: datetime.datetime | None  #: with all of the policy's stagger
    moved_by: tuple[rules.Window, ...]  #: blackouts that it has to wait for


def upcoming(
    preset: rules.Rules, after: datetime.datetime, count: int
) -> list[Run]:
    """List the next runs, later than ``after``; a pause is not heeded.

    What falls due while a run waits for the end of a blackout goes along
    with it.

    :raises InvalidInput: the rules have no meaning, see ``plan.check``
    """
    found: list[Run] = []
    while len(found) < count:
        first = _first(preset.schedules, after)
        if first is None:
            break
        moved_by = _moved_by(preset.blackouts, first)
        free = windows.free_from(preset.blackouts, first)
        until, begins_at = free or first + windows.FURTHEST, free
        if preset.deadline is not None:
            missed = first + datetime.timedelta(seconds=preset.deadline)
            if missed <= until:
                # The run of that very moment is another one.
                until, begins_at = missed - schedule.SECOND, None
        latest = first + datetime.timedelta(seconds=max(preset.stagger - 1, 0))
        found.append(
            Run(
                scheduled_at=first,
                labels=_labels(preset.schedules, first, until),
                begins_at=begins_at,
                latest_at=begins_at
                and windows.free_from(preset.blackouts, latest),
                moved_by=moved_by,
            )
        )
        after = until
    return found


def _first(
    schedules: collections.abc.Iterable[rules.Schedule],
    after: datetime.datetime,
) -> datetime.datetime | None:
    runs = (schedule.next_run(each, after) for each in schedules)
    return min((each for each in runs if each), default=None)


def _labels(
    schedules: collections.abc.Iterable[rules.Schedule],
    begin: datetime.datetime,
    end: datetime.datetime,
) -> tuple[str, ...]:
    """Give those that have an occurrence from ``begin`` to ``end``."""
    lasts = {
        each.label: schedule.last_run(each, max(begin, end))
        for each in schedules
    }
    return tuple(e for e, last in lasts.items() if last and last >= begin)


def _moved_by(
    blackouts: collections.abc.Sequence[rules.Window], at: datetime.datetime
) -> tuple[rules.Window, ...]:
    """Give the windows that a run waits through, in that order."""
    through: list[rules.Window] = []
    for each, _end in windows.through(blackouts, at):
        if each not in through:
            through.append(each)
    return tuple(through)
