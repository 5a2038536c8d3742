"""The service behind the server of ``snapfault-all``, over a filled world.

``python -m tests.functional.fuzz.served`` prints its port and serves until
it is ended. ``POST /reset`` makes the world anew and names what is in it:
that is the harness's, and no part of the API.
"""

import json
import os
import threading

import webob.dec

from snapfault.api import app
from snapfault.cmd import serve
from tests.functional.api import gabbi_fixtures


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
            self._fixture = gabbi_fixtures.Recovered()
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
