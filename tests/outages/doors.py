"""Ask whichever of the APIs answers, as a client behind a proxy does."""

import http
import itertools
import json
import time
import urllib.error
import urllib.request

from tests.servers import private

#: Seconds: one answer, and until one of the APIs has given one.
ANSWER = 5
PATIENCE = 120
VERSION = 'fault-tolerance latest'


class Doors:
    """The APIs, each asked in its turn."""

    def __init__(self, ports, token):
        """Describe them.

        :param token: of the project whose services are asked about
        """
        self._ports = ports
        self._turns = itertools.cycle(range(len(ports)))
        self._token = token

    def healthy(self, port):
        """Say whether one of them answers."""
        url = f'http://{private.HOST}:{port}/healthcheck'
        try:
            with urllib.request.urlopen(url, timeout=ANSWER):
                return True
        except OSError:
            return False

    def wait(self):
        """Wait until all of them answer.

        :raises AssertionError: one does not
        """
        end = time.monotonic() + PATIENCE
        while not all(map(self.healthy, self._ports)):
            assert time.monotonic() < end, 'an API does not answer'
            time.sleep(0.2)

    def post(self, path, body):
        """Ask for something until one of the APIs answers.

        :returns: the status; 409 says that it is under way, which is what
            one that was asked before and did not answer may have begun
        """
        end = time.monotonic() + PATIENCE
        while True:
            for _ in self._ports:
                status, said = self._ask(path, body, next(self._turns))
                if status in (http.HTTPStatus.ACCEPTED, 409):
                    return status
            assert time.monotonic() < end, f'{path}: {status} {said}'
            time.sleep(0.2)

    def _ask(self, path, body, door):
        request = urllib.request.Request(
            f'http://{private.HOST}:{self._ports[door]}{path}',
            json.dumps(body).encode(),
            {
                'Content-Type': 'application/json',
                'X-Auth-Token': self._token,
                'OpenStack-API-Version': VERSION,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER) as answer:
                return answer.status, ''
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    # what is asked for

    def run(self, each):
        """Ask for a run of a protection."""
        return self.post('/v1/tasks', {'task': {'protection_id': each.id}})

    def recover(self, each):
        """Ask for a recovery."""
        body = {'recovery': {'business_id': each.business_id}}
        return self.post('/v1/recoveries', body)

    def rehearse(self, each):
        """Ask for a drill."""
        body = {'drill': {'business_id': each.business_id}}
        return self.post('/v1/drills', body)
