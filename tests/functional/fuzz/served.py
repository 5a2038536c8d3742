"""The service behind the server of ``snapfault-all``, over a filled world.

``python -m tests.functional.fuzz.served`` prints its port and serves until
it is ended. ``POST /reset`` makes the world anew and names what is in it:
that is the harness's, and no part of the API.
"""

import json
import os
import threading

import webob.dec

from snapfault import model
from snapfault.api import app
from snapfault.api import webhook
from snapfault.cmd import serve
from snapfault.db import recoveries
from snapfault.db import webhooks
from tests import build
from tests.functional.api import gabbi_fixtures
from tests.functional.api import world as worlds
from tests.functional.fuzz import known


class Spared(gabbi_fixtures.Recovered):
    """Beside that: of each noun one that nothing is at work on.

    Without them some operations would only ever be refused.
    """

    def start_fixture(self):
        """Make it, with a webhook whose secret is known."""
        super().start_fixture()
        world = gabbi_fixtures.CURRENT['world']
        world.policy(id='policy-spare', name='spare')
        spare = world.protection(id='protection-spare', business_id='spare')
        webhooks.set_hash(world.database, spare, webhook.hash_of(known.SECRET))
        for number in (31, 32):
            world.point(number, business_id='spare', protection_id=spare.id)
        recovery = recoveries.create(
            world.database,
            build.recovery(
                id='recovery-failed',
                project_id=worlds.MINE,
                protection_id=spare.id,
                business_id='spare',
                server_id=spare.server_id,
                status=model.RecoveryStatus.WAITING,
                claimed_by=None,
                lease_until=None,
            ),
        )
        held = recoveries.claim(
            world.database, recovery, 'worker-1', build.NOW, build.NOW
        )
        recoveries.finish(
            world.database,
            held,
            model.RecoveryStatus.FAILED,
            'out of attempts',
            build.NOW,
        )


class Service:
    """An application whose world can be made anew."""

    def __init__(self):
        self._fixture = None
        self._lock = threading.Lock()
        self.reset()

    def reset(self):
        """Make the world; gives the ids in it that are new each time."""
        with self._lock:
            if self._fixture is not None:
                self._fixture.stop_fixture()
            self._fixture = Spared()
            self._fixture.start_fixture()
            self._world = gabbi_fixtures.CURRENT['world']
        return {
            'known-task': os.environ['MINE_TASK'],
            'known-server': os.environ['MINE_SPARE'],
        }

    @webob.dec.wsgify
    def __call__(self, request):
        """Answer a request."""
        if request.environ['PATH_INFO'] == '/reset':
            body = json.dumps(self.reset()).encode()
            return webob.Response(body, content_type='application/json')
        return request.get_response(self._world.inner)


def main():
    """Serve."""
    server = serve.make_server(Service(), '127.0.0.1', 0, app.LARGEST_BODY)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == '__main__':
    main()
