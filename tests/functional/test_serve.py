"""Slow and greedy clients keep nobody else from being served."""

import contextlib
import socket
import time
import urllib.request

import pytest
import webob.dec

from snapfault.cmd import serve
from tests.functional import serving

SLOW = 150  #: more than waitress takes by itself


@webob.dec.wsgify
def application(request):
    return webob.Response(str(len(request.body)))


@pytest.fixture
def server():
    with serving.running(application) as made:
        yield made


def _connected(server, stack, said):
    made = stack.enter_context(
        socket.create_connection(('127.0.0.1', server.effective_port))
    )
    made.sendall(said)
    return made


@pytest.mark.parametrize(
    'said',
    [
        b'',
        b'POST /v1/policies HTTP/1.1\r\nHost: h\r\nX-Auth',
        b'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n{"po',
        b'POST / HTTP/1.1\r\nHost: h\r\n'
        b'Transfer-Encoding: chunked\r\n\r\n9\r\n{',
    ],
    ids=['silent', 'in the headers', 'in the body', 'in a chunk'],
)
def test_slow_clients_keep_nobody_waiting(server, said):
    url = f'http://127.0.0.1:{server.effective_port}/'
    with contextlib.ExitStack() as stack:
        slow = [_connected(server, stack, said) for _ in range(SLOW)]
        began = time.monotonic()
        for _ in range(3):
            with urllib.request.urlopen(url, timeout=20) as answer:
                assert answer.status == 200
            for each in slow[:5]:
                each.sendall(b'x' if said else b'G')
        assert time.monotonic() - began < serve.SILENCE / 2


def test_a_body_that_is_too_large_is_not_kept(server):
    head = f'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {10**9}\r\n\r\n'
    with contextlib.ExitStack() as stack:
        made = _connected(server, stack, head.encode())
        made.settimeout(20)
        assert b' 413 ' in made.recv(1000)
