"""A web server that hands requests on as DevStack's Apache does.

It speaks uwsgi's protocol to the socket of the site whose URL a request
begins with, and passes that URL on as ``SCRIPT_NAME``.
"""

import contextlib
import http.server
import pathlib
import socket
import struct
import threading


class _Handler(http.server.BaseHTTPRequestHandler):
    """One request, for a site that is looked up when it comes."""

    folder = pathlib.Path()

    def _pass_on(self):
        for site in self.folder.glob('*.site'):
            url = site.read_text().strip()
            if self.path == url or self.path.startswith(f'{url}/'):
                self._ask(site.with_suffix('.socket'), url)
                return
        self.send_error(503)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

    def _ask(self, address, url):
        path, _, query = self.path.partition('?')
        length = int(self.headers.get('Content-Length') or 0)
        said = {
            'REQUEST_METHOD': self.command,
            'SCRIPT_NAME': url,
            'PATH_INFO': path.removeprefix(url),
            'QUERY_STRING': query,
            'REQUEST_URI': self.path,
            'SERVER_PROTOCOL': self.request_version,
            'SERVER_NAME': self.server.server_name,
            'SERVER_PORT': str(self.server.server_port),
            'REMOTE_ADDR': self.client_address[0],
            'CONTENT_TYPE': self.headers.get('Content-Type') or '',
            'CONTENT_LENGTH': str(length),
        } | {
            f'HTTP_{name.upper().replace("-", "_")}': value
            for name, value in self.headers.items()
        }
        packed = b''.join(
            struct.pack('<H', len(each)) + each
            for pair in said.items()
            for each in (pair[0].encode(), pair[1].encode())
        )
        with socket.socket(socket.AF_UNIX) as site:
            try:
                site.connect(str(address))
            except OSError:
                self.send_error(503)
                return
            head = struct.pack('<BHB', 0, len(packed), 0)
            site.sendall(head + packed + self.rfile.read(length))
            while chunk := site.recv(65536):
                self.wfile.write(chunk)
        self.close_connection = True

    def log_message(self, *_arguments):
        """Keep quiet: uwsgi has a log."""


@contextlib.contextmanager
def running(folder):
    """Serve the sites of a folder until the block ends; gives the port."""
    handler = type('Handler', (_Handler,), {'folder': pathlib.Path(folder)})
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
