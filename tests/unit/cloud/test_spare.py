"""What is asked of Nova for a server that is made and removed."""

import json

from snapfault.cloud import spare


def test_a_server_goes_at_once(services, door):
    """A Nova that reclaims late keeps what a mere DELETE asks for."""
    services.say('POST', r'http://nova/v2.1/servers/s/action', (202, None))
    spare.delete_server(door, 's')
    asked = services.asked[-1]
    assert json.loads(asked.body) == {'forceDelete': None}
