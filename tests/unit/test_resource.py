"""What is told of a volume by the name of its device."""

import pytest

from snapfault import resource
from tests import build


@pytest.mark.parametrize(
    ('device', 'letter'),
    [
        ('/dev/vdb', 'b'),
        ('/dev/sdb', 'b'),
        ('/dev/xvdb', 'b'),
        ('/dev/hdb', 'b'),
        ('vdb', 'b'),
        ('/dev/vda1', 'a'),
        ('/dev/vdaa', 'aa'),
        ('vdaa', 'aa'),
        ('/dev/nvme0n1', '/dev/nvme0n1'),  # nothing is like it but itself
        ('', ''),
        (None, ''),
    ],
)
def test_letter_of_a_device(device, letter):
    assert resource.letter_of(device) == letter


@pytest.mark.parametrize(
    ('devices', 'root'),
    [
        (('/dev/vda', '/dev/vdb'), 'volume-0'),
        (('/dev/vdb', '/dev/sda'), 'volume-1'),
        (('/dev/vda1', '/dev/vdb'), 'volume-0'),
        (('/dev/vda', '/dev/vdaa'), 'volume-0'),
        (('/dev/vdaa', '/dev/vdb'), None),
        (('', ''), None),
    ],
)
def test_the_root_is_at_the_first_device(devices, root):
    placed = {f'volume-{n}': each for n, each in enumerate(devices)}
    volumes = {each: build.volume(0, id=each) for each in placed}
    assert resource.root_of(placed, volumes) == root
