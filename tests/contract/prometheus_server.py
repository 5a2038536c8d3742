"""A Prometheus of the test's own, with samples that it is given."""

import contextlib
import pathlib
import socket
import subprocess
import threading

import requests

CHECKOUT = pathlib.Path(__file__).parents[2]
USER, PASSWORD = 'snapfault', 'secret'
#: The password's hash, made by bcrypt.
USERS = """basic_auth_users:
  snapfault: $2b$04$Xv3JPNiqTNKPb0bVMwdLpOgouM73nN4rX2HBOyNZVFu4dTbMoafoq
"""


def commands():
    """Give the folder of prometheus and promtool.

    Where they are missing and cannot be fetched the test fails, and says
    what to do.
    """
    done = subprocess.run(
        [CHECKOUT / 'tools' / 'prometheus'], capture_output=True, text=True
    )
    assert done.returncode == 0, f'tools/prometheus failed: {done.stderr}'
    return pathlib.Path(done.stdout.strip())


def store(folder, samples):
    """Write samples where a Prometheus finds them.

    :param samples: each a name, its labels, a value, and seconds since the
        epoch
    """
    lines = [
        f'{name}{{{_labels(labels)}}} {value} {at}'
        for name, labels, value, at in sorted(samples, key=_series)
    ]
    path = folder / 'samples.txt'
    path.write_text('\n'.join([*lines, '# EOF', '']))
    subprocess.run(
        [
            *(commands() / 'promtool', 'tsdb', 'create-blocks-from'),
            *('openmetrics', path, folder / 'data'),
        ],
        check=True,
        capture_output=True,
    )


def _labels(labels):
    return ','.join(f'{name}="{value}"' for name, value in labels.items())


def _series(sample):
    """Keep a metric's samples together, and each series in order."""
    name, labels, _, at = sample
    return name, _labels(labels), at


@contextlib.contextmanager
def running(folder, with_users=False):
    """Run it on what was stored; gives its URL."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        address = f'127.0.0.1:{free.getsockname()[1]}'
    (folder / 'prometheus.yml').write_text('scrape_configs: []\n')
    (folder / 'web.yml').write_text(USERS if with_users else '')
    with (folder / 'log').open('w') as log:
        process = subprocess.Popen(
            [
                commands() / 'prometheus',
                f'--config.file={folder}/prometheus.yml',
                f'--storage.tsdb.path={folder}/data',
                '--storage.tsdb.retention.time=100y',
                f'--web.config.file={folder}/web.yml',
                f'--web.listen-address={address}',
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, f'http://{address}', folder / 'log')
        yield f'http://{address}'
    finally:
        process.terminate()
        process.wait(30)


def _wait(process, url, log):
    """Wait until it answers."""
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(requests.ConnectionError):
            answer = requests.get(
                f'{url}/-/ready', auth=(USER, PASSWORD), timeout=5
            )
            if answer.ok:
                return
        threading.Event().wait(0.05)
    raise AssertionError(log.read_text())
