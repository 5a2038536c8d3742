"""Which servers could be recovered."""

import dataclasses

import pytest

from snapfault import errors
from snapfault import resource
from snapfault.cloud import suitable

SERVER = resource.Server(
    id='s',
    name='web',
    status='ACTIVE',
    task_state=None,
    image_id='i',
    flavor_id='m1.small',
    metadata={},
    locked=False,
    fault='',
    fault_at=None,
)
IMAGE = resource.Image('i', 'cirros', 'active')
VOLUME = resource.Volume(
    id='v',
    name='data',
    status='in-use',
    size=1,
    volume_type='fake',
    availability_zone='nova',
    snapshot_id=None,
    attached_to=('s',),
    multiattach=False,
    metadata={},
)


def test_suitable():
    suitable.check(SERVER, IMAGE, [VOLUME])
    assert suitable.image_of(SERVER) == 'i'


@pytest.mark.parametrize(
    ('server', 'image', 'volumes', 'says'),
    [
        ({'image_id': None}, IMAGE, [VOLUME], 'boots from a volume'),
        ({}, None, [VOLUME], 'gone or not shared'),
        (
            {},
            dataclasses.replace(IMAGE, status='deactivated'),
            [VOLUME],
            'needs it active',
        ),
        ({}, IMAGE, [], 'attach its data volumes'),
        (
            {},
            IMAGE,
            [VOLUME, dataclasses.replace(VOLUME, id='w', multiattach=True)],
            'volume w may be attached to several',
        ),
    ],
)
def test_unsuitable(server, image, volumes, says):
    changed = dataclasses.replace(SERVER, **server)
    with pytest.raises(errors.InvalidInput, match=says):
        suitable.check(changed, image, volumes)
