"""How lists of Cinder are read."""

import pytest

from snapfault import errors
from snapfault import resource
from snapfault.cloud import volume
from tests.unit.cloud import canned

SNAPSHOTS = r'http://cinder/v3/snapshots/detail'


def snapshot(number, marker='m'):
    return {
        'id': f'id-{number}',
        'name': None,
        'volume_id': 'v',
        'status': 'available',
        'size': 1,
        'metadata': {resource.MARKER: marker},
        'created_at': f'2026-01-01T00:00:0{number}.000000',
    }


def page(*numbers, more=False):
    found = {'snapshots': [snapshot(each) for each in numbers]}
    if more:
        link = {'rel': 'next', 'href': 'http://behind-a-proxy/?marker=x'}
        found['snapshots_links'] = [link]
    return 200, found


@pytest.fixture
def services():
    return canned.Services()


@pytest.fixture
def door(tmp_path, services):
    return canned.sessions(tmp_path, services).by_trust('t')


def test_pages(services, door):
    services.say('GET', SNAPSHOTS, page(9, 8, more=True), page(7))
    found = volume.list_snapshots(door)
    assert [each.id for each in found] == ['id-9', 'id-8', 'id-7']
    urls = [each.url for each in services.asked if 'detail' in each.url]
    assert [each.split('?')[1] for each in urls] == [
        'limit=1000',
        'limit=1000&marker=id-8',
    ]


def test_list_that_changes_between_pages(services, door):
    services.say('GET', SNAPSHOTS, page(9, 8, more=True), (404, {}))
    with pytest.raises(errors.CloudUnavailable, match='changed'):
        volume.list_snapshots(door)


def test_filter_that_cinder_ignores(services, door):
    answer = page(3, 2, 1)
    answer[1]['snapshots'].append(snapshot(4, marker='other'))
    answer[1]['snapshots'].append({**snapshot(5), 'metadata': {}})
    services.say('GET', SNAPSHOTS, answer)
    found = volume.find_snapshots(door, 'm')
    assert [each.id for each in found] == ['id-1', 'id-2', 'id-3']
    assert 'metadata=%7B%22snapfault' in services.asked[-1].url
