"""Which addresses a check may reach."""

import pytest

from snapfault.recover.checks import address
from tests import build


@pytest.mark.parametrize(
    'text',
    [
        '10.0.0.5',
        '172.16.9.9',
        '192.168.1.20',
        '203.0.113.7',
        '100.64.0.3',
        'fd00::5',
        '2a00:1450::1',
        '2001:db8::5',
    ],
)
def test_a_server_may_have_it(text):
    assert address.is_allowed(text)


@pytest.mark.parametrize(
    'text',
    [
        '127.0.0.1',
        '127.8.8.8',
        '::1',
        '0.0.0.0',
        '0.0.0.1',
        '::',
        # the metadata services
        '169.254.169.254',
        'fe80::a9fe:a9fe',
        'fe80::a9fe:a9fe%eth0',
        'fd00:ec2::254',
        '100.100.100.200',
        # the same in the clothes of IPv6
        '::ffff:127.0.0.1',
        '::ffff:169.254.169.254',
        '::ffff:a9fe:a9fe',
        '::ffff:10.0.0.5',
        '::127.0.0.1',
        '64:ff9b::127.0.0.1',
        '64:ff9b::a9fe:a9fe',
        '64:ff9b:1::a9fe:a9fe',
        '2002:7f00:1::',
        '2002:a9fe:a9fe::1',
        '2001:0:a9fe:a9fe::1',
        # nobody's
        '224.0.0.1',
        'ff02::1',
        '255.255.255.255',
        '240.0.0.1',
        'fec0::1',
        'fd00::5%eth0',
        # no addresses
        'localhost',
        'metadata.google.internal',
        '2130706433',
        '0x7f000001',
        '127.1',
        '0177.0.0.1',
        '10.0.0.5:80',
        '[::1]',
        '',
        ' 10.0.0.5',
        '10.0.0.5\n',
    ],
)
def test_no_check_goes_there(text):
    assert not address.is_allowed(text)
    server = build.server(addresses=(text, '10.0.0.5'))
    assert address.of(server) == ['10.0.0.5']
