"""Say what is wrong with a policy's rules, where schemas cannot. Pure.

What schedules mean is the trigger's to say, :mod:`snapfault.trigger.plan`.
"""

import collections.abc
import zoneinfo

from snapfault import errors
from snapfault import rules

#: Names that mean another zone on another machine.
LOCAL_ZONES = frozenset({'localtime', 'posixrules', 'Factory'})


def check(policy: rules.Rules) -> None:
    """Look at the rules of a policy together.

    :raises InvalidInput: with what to write instead
    """
    _check_quota(policy)
    _check_thresholds(policy.thresholds)
    _check_consistency(policy.consistency)
    _check_selector(policy.selector)
    for window in policy.blackouts:
        zone(window.time_zone, 'blackouts')
    for window in policy.consistency.maintenance:
        zone(window.time_zone, 'consistency')


def zone(name: str, member: str = 'schedules') -> zoneinfo.ZoneInfo:
    """Give the zone of a name.

    :param member: of the policy, which the refusal names

    :raises InvalidInput: it is unknown, or differs between machines
    """
    try:
        if name in LOCAL_ZONES:
            raise ValueError('it differs from machine to machine')
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise errors.InvalidInput(
            f'{member}: time zone {name!r} is unknown: give a name of the'
            " IANA database, as 'UTC' or 'Europe/Prague'"
        ) from error


def _check_quota(policy: rules.Rules) -> None:
    if policy.quota == rules.Quota(
        minimum=policy.quota.minimum, labels=policy.quota.labels
    ):
        raise errors.InvalidInput(
            'quota: it keeps every point for ever: give a count, gigabytes,'
            ' an age or tiers'
        )
    known = {schedule.label for schedule in policy.schedules}
    for label in policy.quota.labels:
        if label not in known:
            raise errors.InvalidInput(
                f'quota.labels: no schedule has the label {label!r}: there'
                f' are {", ".join(sorted(known))}'
            )
    for limits in (policy.quota, *policy.quota.labels.values()):
        if limits.tiers is not None:
            zone(limits.tiers.time_zone, 'quota')
            if not any(
                (
                    limits.tiers.hourly,
                    limits.tiers.daily,
                    limits.tiers.weekly,
                    limits.tiers.monthly,
                    limits.tiers.yearly,
                )
            ):
                raise errors.InvalidInput(
                    'quota.tiers: no tier keeps anything: give one a number'
                    ' or leave tiers out'
                )


def _check_thresholds(
    thresholds: collections.abc.Sequence[rules.Threshold],
) -> None:
    metrics = [each.metric for each in thresholds]
    if len(set(metrics)) < len(metrics):
        raise errors.InvalidInput(
            'thresholds: a metric is named more than once'
        )
    for each in thresholds:
        if each.over is not None and each.margin >= each.over:
            raise errors.InvalidInput(
                f'thresholds: the margin of {each.metric.name} is not below'
                f' its bound of {each.over}: give a smaller one'
            )


def _check_consistency(consistency: rules.Consistency) -> None:
    stopped = consistency.level is rules.Level.STOPPED
    if stopped and not consistency.maintenance:
        raise errors.InvalidInput(
            "consistency: the level 'stopped' needs a maintenance window in"
            ' which the server may be stopped: give one'
        )
    if consistency.maintenance and not stopped:
        raise errors.InvalidInput(
            "consistency: a maintenance window goes with the level 'stopped'"
            ' only'
        )


def _check_selector(selector: rules.Selector | None) -> None:
    if selector is not None and not (selector.metadata or selector.tags):
        raise errors.InvalidInput(
            'selector: it names nothing, and nothing selects nothing: name'
            ' metadata or tags, or make it null'
        )
