"""Decide when runs fall due. Pure."""

import collections.abc
import dataclasses
import datetime
import functools
import typing

import cronsim

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import rules_check

EPOCH: typing.Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
SECOND: typing.Final = datetime.timedelta(seconds=1)
#: Longer than any hour that a zone ever repeated.
OVERLAP: typing.Final = datetime.timedelta(hours=3)
#: Ten years, in seconds; a run that is further off is a slip of the hand.
LONGEST_INTERVAL: typing.Final = 10 * 366 * 24 * 3600
#: Characters of a cron expression, as many as the database keeps.
LONGEST_CRON: typing.Final = 255
#: Where check() begins to look for a first run; any time would do.
SAMPLE: typing.Final = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True)
class Due:
    """A run that is due; those missed before it are not made up for."""

    protection_id: str
    was: datetime.datetime  #: the next run that the plan was made from
    scheduled_at: datetime.datetime  #: the latest occurrence up to now
    next_run_at: datetime.datetime | None  #: the first occurrence after now
    labels: tuple[str, ...]  #: of the schedules that fell due since


def check(schedule: rules.Schedule) -> None:
    """Say what is wrong with a schedule, if anything is.

    :raises InvalidInput: with what to write instead
    """
    if (schedule.interval is None) == (schedule.cron is None):
        raise errors.InvalidInput(
            'a schedule has either an interval or a cron expression: give '
            'exactly one of them'
        )
    if schedule.cron is None:
        _check_interval(schedule.interval)
        return
    _check_cron(schedule.cron)
    rules_check.zone(schedule.time_zone)
    if next_run(schedule, SAMPLE) is None:
        raise errors.InvalidInput(
            f'cron expression {schedule.cron!r} never fires: give a day that '
            f'its months have'
        )


def check_all(schedules: collections.abc.Collection[rules.Schedule]) -> None:
    """Say what is wrong with a policy's schedules, if anything is.

    :raises InvalidInput: with what to write instead
    """
    if not schedules:
        raise errors.InvalidInput('a policy has at least one schedule')
    labels = [each.label for each in schedules]
    for label in labels:
        if labels.count(label) > 1:
            raise errors.InvalidInput(
                f'schedules: two have the label {label!r}: give each its own'
            )
    for schedule in schedules:
        check(schedule)


def first_run(
    schedules: collections.abc.Iterable[rules.Schedule],
    after: datetime.datetime,
) -> datetime.datetime | None:
    """Find the first occurrence of any schedule later than ``after``.

    :returns: None: none of them ever fires
    :raises InvalidInput: one has no meaning, see :func:`check`
    """
    found = [next_run(each, after) for each in schedules]
    return min((each for each in found if each is not None), default=None)


def next_run(
    schedule: rules.Schedule, after: datetime.datetime
) -> datetime.datetime | None:
    """Find the first occurrence later than ``after``; None: it never fires.

    :raises InvalidInput: the schedule has no meaning, see :func:`check`
    """
    if schedule.interval is not None:
        _check_interval(schedule.interval)
        step = datetime.timedelta(seconds=schedule.interval)
        return EPOCH + ((after - EPOCH) // step + 1) * step
    # Debian's rules can place a run of the repeated hour into its first
    # pass, which may be over: go on to one that is not.
    return next(
        (each for each in _occurrences(schedule, after) if each > after), None
    )


def last_run(
    schedule: rules.Schedule, until: datetime.datetime
) -> datetime.datetime | None:
    """Find the latest occurrence up to and with ``until``; None: none was.

    It looks backwards from ``until``, so it costs the same after a second
    and after a year.

    :raises InvalidInput: the schedule has no meaning, see :func:`check`
    """
    if schedule.interval is not None:
        _check_interval(schedule.interval)
        step = datetime.timedelta(seconds=schedule.interval)
        return EPOCH + (until - EPOCH) // step * step
    begin = until.replace(microsecond=0) + SECOND
    if until.astimezone(rules_check.zone(schedule.time_zone)).fold:
        # The second pass of a repeated hour: a run later on the clock's
        # face may have been in the first pass already.
        begin += OVERLAP
    return next(
        (
            each
            for each in _occurrences(schedule, begin, reverse=True)
            if each <= until
        ),
        None,
    )


def due(
    protections: collections.abc.Iterable[model.Protection],
    policies: collections.abc.Mapping[str, model.Policy],
    now: datetime.datetime,
) -> list[Due]:
    """Decide which runs are due; however many were missed, one is.

    A protection whose policy is absent, or whose policy's schedule has no
    meaning, is left out: its next run stays where it is.
    """

    @functools.cache
    def around(
        schedules: tuple[rules.Schedule, ...],
    ) -> _Around | None:
        try:
            return _Around(
                {each.label: last_run(each, now) for each in schedules},
                first_run(schedules, now),
            )
        except errors.InvalidInput:
            return None

    found = []
    for each in protections:
        policy = policies.get(each.policy_id)
        if each.next_run_at is None or each.next_run_at > now or not policy:
            continue
        runs = around(policy.schedules)
        if runs is not None:
            found.append(_due(each, each.next_run_at, runs))
    return found


@dataclasses.dataclass(frozen=True)
class _Around:
    """The occurrences of a policy's schedules around now."""

    last: collections.abc.Mapping[str, datetime.datetime | None]  #: by label
    following: datetime.datetime | None


def _due(
    protection: model.Protection, was: datetime.datetime, runs: _Around
) -> Due:
    """Collapse what fell due since ``was`` into one run.

    A policy that has changed since may have had no occurrence since: the
    run that was promised is due all the same.
    """
    since = {
        label: last
        for label, last in runs.last.items()
        if last is not None and last >= was
    }
    return Due(
        protection.id,
        was,
        max(since.values(), default=was),
        runs.following,
        tuple(since) or tuple(runs.last)[:1],
    )


def _check_interval(interval: typing.Any) -> None:
    if type(interval) is not int or not 1 <= interval <= LONGEST_INTERVAL:
        raise errors.InvalidInput(
            f'interval {interval!r} is no time between runs: give whole '
            f'seconds, from 1 to {LONGEST_INTERVAL}'
        )


def _check_cron(cron: typing.Any) -> None:
    if not isinstance(cron, str) or len(cron) > LONGEST_CRON:
        raise errors.InvalidInput(
            f'a cron expression is text of at most {LONGEST_CRON} characters: '
            f"give one like '30 2 * * *'"
        )
    if len(cron.split()) != 5:
        raise errors.InvalidInput(
            f'cron expression {cron!r} has {len(cron.split())} fields: give '
            f'five, minute, hour, day of month, month and day of week, as in '
            f"'30 2 * * *'"
        )
    try:
        cronsim.CronSim(cron, SAMPLE)
    except (cronsim.CronSimError, ValueError) as error:
        raise errors.InvalidInput(
            f'cron expression {cron!r} cannot be read or never fires '
            f"({error}): give one like '30 2 * * *'"
        ) from error


def _occurrences(
    schedule: rules.Schedule,
    begin: datetime.datetime,
    *,
    reverse: bool = False,
) -> collections.abc.Iterator[datetime.datetime]:
    """Walk a cron's occurrences in UTC; it gives up after 50 dry years."""
    _check_cron(schedule.cron)
    local = begin.astimezone(rules_check.zone(schedule.time_zone))
    walk = cronsim.CronSim(schedule.cron, local, reverse=reverse)
    for each in walk:
        yield each.astimezone(datetime.UTC)
