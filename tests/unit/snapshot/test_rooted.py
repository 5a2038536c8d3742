"""What is read of a root image."""

import datetime

import pytest

from snapfault import model
from snapfault import resource
from snapfault.snapshot import rooted
from tests import build

LIMIT = datetime.timedelta(minutes=10)
POINT = build.point(status=model.PointStatus.CREATING, root_image=True)
MARKED = {resource.MARKER: POINT.id, resource.POINT: POINT.id}


def image(**changes):
    values = {
        'id': 'image-9',
        'name': 'shop',
        'status': 'active',
        'project_id': build.PROJECT,
        'metadata': MARKED,
    }
    return resource.Image(**values | changes)


@pytest.mark.parametrize(
    ('status', 'minutes', 'done', 'failed'),
    [
        ('active', 0, True, ''),
        ('active', 60, True, ''),
        ('queued', 10, False, ''),
        ('saving', 10, False, ''),
        ('saving', 11, False, 'not active'),
        ('killed', 0, False, 'is killed'),
        ('deactivated', 0, False, 'is deactivated'),
    ],
)
def test_judge(status, minutes, done, failed):
    now = POINT.created_at + datetime.timedelta(minutes=minutes)
    found = rooted.judge(image(status=status), POINT, now, LIMIT)
    assert found.done is done
    assert failed in found.failed
    assert bool(failed) is bool(found.failed)


@pytest.mark.parametrize(
    ('root_image_id', 'minutes', 'failed'),
    [
        (None, 2, ''),
        (None, 3, 'no root image yet'),
        ('image-9', 0, 'image-9 is gone'),
    ],
)
def test_judge_none(root_image_id, minutes, failed):
    point = build.point(root_image=True, root_image_id=root_image_id)
    now = point.created_at + datetime.timedelta(minutes=minutes)
    found = rooted.judge(None, point, now, LIMIT)
    assert not found.done
    assert failed in found.failed
    assert bool(failed) is bool(found.failed)


@pytest.mark.parametrize(
    ('changes', 'ours'),
    [
        ({}, True),
        ({'project_id': 'project-b'}, False),
        ({'project_id': None}, False),
        ({'metadata': {}}, False),
        ({'metadata': {resource.MARKER: POINT.id}}, False),
        ({'metadata': {**MARKED, resource.MARKER: 'other'}}, False),
    ],
)
def test_is_ours(changes, ours):
    assert rooted.is_ours(image(**changes), POINT) is ours
