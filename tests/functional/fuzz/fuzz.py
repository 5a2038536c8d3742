"""Send requests by the API's document, and beside it, and judge answers."""

import collections
import contextlib
import json
import random
import subprocess
import sys

import hypothesis
import requests
import schemathesis
from schemathesis import checks
from schemathesis.core import failures
from schemathesis.specs.openapi import checks as openapi_checks

from tests.functional.fuzz import known

TIMEOUT = 30  #: seconds for one answer; beyond is a hang
RESET = 150  #: requests in one world
#: Requests by which each operation is to have done what was asked, once at
#: least; fewer may not hit on what it takes.
LONG = 10_000
#: By which tokens requests go, and how many of a hundred by each.
TOKENS = {
    'member@mine': 55,
    'manager@mine': 8,
    'admin@mine': 17,
    'reader@mine': 8,
    'admin@theirs': 8,
    'stranger@mine': 2,
    '': 2,
}
DAMAGED = 8  #: one body in so many is damaged on its way
MODES = (
    schemathesis.GenerationMode.POSITIVE,
    schemathesis.GenerationMode.NEGATIVE,
)
CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
)
#: What the HTTP server itself may say of what is no request.
SERVERS_OWN = frozenset({400, 413, 431})


@contextlib.contextmanager
def served():
    """Run the service as a process; gives its URL."""
    process = subprocess.Popen(
        [sys.executable, '-m', 'tests.functional.fuzz.served'],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield f'http://127.0.0.1:{int(process.stdout.readline())}'
        assert process.poll() is None, 'the service ended by itself'
    finally:
        process.kill()
        process.communicate()


class Campaign:
    """Requests to one service, and what came of them."""

    def __init__(self, url, seed, progress=lambda number: None):
        self._url = url
        self._seed = seed
        self._chance = random.Random(seed)
        self._session = requests.Session()
        self._progress = progress
        self._names = {}
        self.timeout = TIMEOUT
        self.sent = 0
        self.statuses = collections.Counter()
        #: How often each operation did what was asked of it: a 2xx.
        self.done = {}
        self.violations = []

    def run(self, count, labels=None):
        """Send ``count`` requests or a few more, spread over operations.

        :param labels: of the operations to try, 'GET /v1/policies'; all
        """
        schema = schemathesis.openapi.from_dict(known.document())
        operations = [
            found.ok()
            for found in schema.get_all_operations()
            if labels is None or found.ok().label in labels
        ]
        self.done = {each.label: 0 for each in operations}
        self._chance.shuffle(operations)
        each = -(-count // (len(operations) * len(MODES)))
        for mode in MODES:
            for operation in operations:
                self._try(operation, mode, each)

    @property
    def findings(self):
        """Give the violations, and what so many requests should have done.

        A service that refused all it was asked would violate nothing.
        """
        if self.sent < LONG:
            return self.violations
        return self.violations + [
            f'{label} was never once answered 2xx'
            for label, times in sorted(self.done.items())
            if not times
        ]

    def _try(self, operation, mode, count):
        left = [count]

        @hypothesis.seed(self._seed)
        @hypothesis.settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def send(case):
            left[0] -= 1
            self._send(case)

        # What takes nothing can be asked wrongly in no way.
        with contextlib.suppress(hypothesis.errors.Unsatisfiable):
            send()
        if '{' not in operation.path:
            for _ in range(left[0]):
                self._send(operation.Case())

    def _send(self, case):
        if self.sent % RESET == 0:
            answer = self._session.post(f'{self._url}/reset', timeout=TIMEOUT)
            self._names = answer.json()
        request = self._request(case)
        if request is None:
            return
        self.sent += 1
        self._progress(self.sent)
        try:
            answer = self._session.send(request, timeout=self.timeout)
        except requests.RequestException as error:
            self._note(request, f'no answer: {error!r}')
            return
        self.statuses[answer.status_code] += 1
        self.done[case.operation.label] += answer.status_code // 100 == 2
        self._judge(case, request, answer)

    def _request(self, case):
        """Make what is sent; None where it cannot be written as HTTP."""
        for part in ('path_parameters', 'query', 'body'):
            there = known.put(getattr(case, part), self._chance)
            setattr(case, part, there)
        arguments = case.as_transport_kwargs(base_url=self._url)
        arguments.pop('cookies', None)
        for key in ('url', 'json', 'data'):
            arguments[key] = self._named(arguments.get(key))
        headers = dict(arguments.pop('headers', None) or {})
        (token,) = self._chance.choices(list(TOKENS), TOKENS.values())
        headers.pop('X-Auth-Token', None)
        if token:
            headers['X-Auth-Token'] = token
        try:
            request = self._session.prepare_request(
                requests.Request(headers=headers, **arguments)
            )
        except (ValueError, requests.RequestException):
            return None
        if request.body and self._chance.randrange(DAMAGED) == 0:
            body = request.body
            if isinstance(body, str):
                body = body.encode()
            request.body = damaged(body, self._chance)
            request.headers['Content-Length'] = str(len(request.body))
        return request

    def _named(self, value):
        """Put in what is called otherwise in each world."""
        if isinstance(value, str):
            return self._names.get(value) or value.replace(
                '/known-task', f'/{self._names.get("known-task")}'
            )
        if isinstance(value, dict):
            return {key: self._named(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._named(each) for each in value]
        return value

    def _judge(self, case, request, answer):
        if 'x-openstack-request-id' not in answer.headers:
            # Versions and health apart, only the server itself says nothing
            # of the request.
            if answer.status_code not in SERVERS_OWN | {200}:
                self._note(request, f'{answer.status_code} without an id')
            return
        judges = list(CHECKS)
        if '%2F' in request.path_url or '%2f' in request.path_url:
            # That is another path, perhaps one of another operation.
            judges = [checks.not_a_server_error]
        try:
            case.validate_response(answer, checks=judges)
        except failures.FailureGroup as error:
            said = '; '.join(str(each) for each in error.exceptions)
            self._note(request, f'{answer.status_code}: {said}')

    def _note(self, request, what):
        body = request.body or b''
        if isinstance(body, str):
            body = body.encode()
        self.violations.append(
            f'{request.method} {request.url} as'
            f' {request.headers.get("X-Auth-Token")!r}'
            f' {body[:300]!r}: {" ".join(what.split())[:700]}'
        )


def damaged(body, chance):
    """Break a body in one of the ways that bodies break."""
    at = chance.randrange(len(body))
    return chance.choice(
        (
            body[:at],
            body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :],
            body[at:],
            body + body,
            body.replace(b'"', b"'"),
            b'[' * 50_000,
            b'{"policy": {"rpo": NaN}}',
            json.dumps('x' * 3_000_000).encode(),
            b'\xff\xfe' + body,
        )
    )
