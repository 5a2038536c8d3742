"""A check goes to the server's own address, wherever it is sent."""

import contextlib
import http.server
import threading

import pytest

from snapfault import rules
from snapfault.recover import checks
from snapfault.recover.checks import address
from snapfault.recover.checks import http as http_check
from tests import build


class Answer(http.server.BaseHTTPRequestHandler):
    """Sends whoever asks to where its server says."""

    def do_GET(self):
        """Note the request, and send it on."""
        self.server.asked.append(self.path)
        self.send_response(302)
        self.send_header('Location', self.server.elsewhere)
        self.send_header('Refresh', f'0; url={self.server.elsewhere}')
        self.end_headers()

    def log_message(self, *args):
        """Be quiet."""


@contextlib.contextmanager
def _served(elsewhere=''):
    with http.server.HTTPServer(('127.0.0.1', 0), Answer) as server:
        server.asked, server.elsewhere = [], elsewhere
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Have our driver installed, and this machine be a server's address."""
    driver = {'http': http_check.Http()}
    monkeypatch.setattr(checks, 'installed', lambda: driver)
    monkeypatch.setattr(address, 'is_allowed', lambda text: True)


@pytest.mark.parametrize('proxied', [False, True])
def test_no_redirect_and_no_proxy_leads_elsewhere(monkeypatch, proxied):
    with _served() as elsewhere:
        url = f'http://127.0.0.1:{elsewhere.server_port}/secret'
        if proxied:
            monkeypatch.setenv('http_proxy', url)
        with _served(url) as own:
            said = checks.look(
                None,
                build.server(addresses=('127.0.0.1',)),
                rules.Check('http', {'port': str(own.server_port)}),
            )
    assert said == 'http: 127.0.0.1 answers 302 and not 200'
    assert own.asked == ['/']
    assert elsewhere.asked == []
