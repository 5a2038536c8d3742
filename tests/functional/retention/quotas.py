"""Quotas as people set them, and as they should not."""

import random

from snapfault import rules

LABELS = ('hourly', 'nightly', 'other')
ZONES = (
    'UTC',
    'Europe/Berlin',
    'America/Havana',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Pacific/Apia',
    'Nowhere/Atall',
)


def any_quota(chance: random.Random) -> rules.Quota:
    """Give a quota with any of its members set or not."""
    labels = {}
    if chance.random() < 0.3:
        labels = {
            label: rules.Limits(**_limits(chance))
            for label in chance.sample(LABELS, chance.randint(1, 2))
        }
    return rules.Quota(
        **_limits(chance), minimum=chance.choice((1, 1, 2, 3)), labels=labels
    )


def _limits(chance):
    return {
        'count': chance.choice((None, 0, 1, 1, 2, 3, 7)),
        'gigabytes': chance.choice((None, None, 1, 8, 30)),
        'age': chance.choice((None, None, 1, 3600, 86400, 2592000)),
        'tiers': _tiers(chance) if chance.random() < 0.4 else None,
    }


def _tiers(chance):
    return rules.Tiers(
        *(chance.choice((0, 0, 1, 2, 4)) for _ in range(5)),
        time_zone=chance.choice(ZONES),
    )
