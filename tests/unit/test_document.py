"""A policy's rules as a document of JSON, there and back."""

import json

import pytest

from snapfault import document
from snapfault import rules
from tests.functional.db import samples

LEAST = {'schedules': [{'interval': 60}], 'quota': {'count': 1}}


def test_every_rule_goes_there_and_back():
    whole = rules.Rules(**samples.EVERY_RULE)
    # nothing in the sample is as it would be by default
    plain = rules.Rules(schedules=(), quota=rules.Quota())
    for member in samples.EVERY_RULE:
        assert getattr(whole, member) != getattr(plain, member)
    text = json.dumps(document.write(whole))
    assert rules.Rules(**document.read(json.loads(text))) == whole


def test_what_is_left_out_has_its_default():
    assert rules.Rules(**document.read(LEAST)) == rules.Rules(
        schedules=(rules.Schedule(interval=60),), quota=rules.Quota(1)
    )


def test_only_named_members_are_read():
    assert document.read({'rpo': None, 'of a newer release': 1}) == {
        'rpo': None
    }


def test_a_threshold_of_the_first_release():
    row = {'metric': {'name': 'cpu_util', 'aggregation': 'max'}, 'over': 80}
    assert document.read({'thresholds': [row]}) == {
        'thresholds': (
            rules.Threshold(rules.Metric('cpu_util', 'max'), over=80.0),
        )
    }


@pytest.mark.parametrize(
    ('member', 'value'),
    [
        ('schedules', None),
        ('schedules', [{'interval': 'often'}]),
        ('quota', 3),
        ('quota', {'count': 'x'}),
        ('posture', 'up'),
        ('thresholds', [{}]),
        ('thresholds', [{'metric': 'a', 'over': 'x'}]),
        ('multipliers', [1]),
        ('rpo', 'x'),
        ('blackouts', [{'begin': '99', 'end': '0'}]),
        ('blackouts', [{'begin': '08:00'}]),
        ('consistency', {'level': 'best'}),
    ],
)
def test_what_has_no_meaning_is_named(member, value):
    with pytest.raises(ValueError, match=f'^{member}: '):
        document.read({member: value})


def test_the_brief_form_leaves_out_what_is_by_default():
    plain = rules.Rules(**document.read(LEAST))
    assert document.brief(plain) == LEAST
    limit = {'metric': 'cpu_util', 'over': 80.0}
    loaded = rules.Rules(**document.read({**LEAST, 'thresholds': [limit]}))
    assert document.brief(loaded) == {**LEAST, 'thresholds': [limit]}


def test_the_brief_form_says_every_rule():
    whole = rules.Rules(**samples.EVERY_RULE)
    text = json.dumps(document.brief(whole))
    assert rules.Rules(**document.read(json.loads(text))) == whole
