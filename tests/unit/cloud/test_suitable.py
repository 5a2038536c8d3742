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
    assert suitable.image_of(SERVER, [VOLUME]) == 'i'


BOOTED = dataclasses.replace(SERVER, image_id=None)


def _at(device, **changes):
    return dataclasses.replace(
        VOLUME,
        **{
            'id': f'at-{device}',
            'places': (resource.Place('s', f'/dev/{device}', None),),
        }
        | changes,
    )


@pytest.mark.parametrize(
    'volumes',
    [
        [_at('vda', image_id='i')],
        [_at('vda', image_id='i'), _at('vdb', image_id='j', bootable=True)],
        [_at('sdb'), _at('sda', image_id='i')],
        [_at('', id='root', bootable=True, image_id='i'), _at('')],
    ],
    ids=['alone', 'a bootable data volume', 'SCSI', 'no devices told'],
)
def test_the_image_of_a_server_that_boots_from_a_volume(volumes):
    assert suitable.image_of(BOOTED, volumes) == 'i'
    suitable.check(BOOTED, IMAGE, volumes)


@pytest.mark.parametrize(
    ('server', 'image', 'volumes', 'says'),
    [
        ({'image_id': None}, IMAGE, [VOLUME], 'none of its volumes shows'),
        ({'image_id': None}, IMAGE, [_at('vda')], 'was made from no image'),
        (
            {'image_id': None},
            IMAGE,
            [_at('vda', image_id='i', multiattach=True)],
            'may be attached to several',
        ),
        ({}, None, [VOLUME], 'gone or not shared'),
        (
            {},
            dataclasses.replace(IMAGE, status='deactivated'),
            [VOLUME],
            'needs it active',
        ),
        (
            {'image_id': None},
            dataclasses.replace(IMAGE, size=0),
            [_at('vda', image_id='i')],
            'only names snapshots of volumes',
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
