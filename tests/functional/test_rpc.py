"""Messages wake; whether they come or not, nothing breaks."""

import logging
import threading

from oslo_config import cfg
import pytest

from snapfault import rpc

LONG = 20  #: seconds that nothing here takes


def configure(tmp_path, text=''):
    """Read a configuration file with some text in it."""
    file = tmp_path / 'snapfault.conf'
    file.write_text(f'[DEFAULT]\n{text}\n')
    conf = cfg.ConfigOpts()
    conf([], project='snapfault', default_config_files=[str(file)])
    return conf


@pytest.fixture
def transport(tmp_path):
    return rpc.connect(configure(tmp_path, 'transport_url = fake:/'))


def test_a_cast_wakes_each_worker(transport):
    first, second = threading.Event(), threading.Event()
    with (
        rpc.listening(transport, 'worker-1', first.set),
        rpc.listening(transport, 'worker-2', second.set),
    ):
        wake = rpc.waker(transport)
        while not (first.is_set() and second.is_set()):
            wake()  # the listeners may not have begun yet
            assert first.wait(0.2) or not first.is_set()
        first.clear()
        wake()
        assert first.wait(LONG)


def test_the_worker_of_the_same_process_needs_no_message(tmp_path):
    woken = []
    rpc.waker(None, lambda: woken.append('alone'))()
    refused = configure(tmp_path, 'transport_url = rabbit://a:b@127.0.0.1:1/')
    rpc.waker(rpc.connect(refused), lambda: woken.append('no broker'))()
    assert woken == ['alone', 'no broker']


def test_many_at_once_do_no_harm(transport):
    heard = threading.Event()
    with rpc.listening(transport, 'worker-1', heard.set):
        wake = rpc.waker(transport)
        while not heard.is_set():
            for _ in range(100):
                wake()
            heard.wait(0.2)


def test_nobody_listens(transport):
    rpc.waker(transport)()


@pytest.mark.parametrize(
    ('text', 'is_made'), [('', False), ('transport_url = fake:/', True)]
)
def test_only_a_url_makes_a_transport(tmp_path, text, is_made):
    made = rpc.connect(configure(tmp_path, text))
    assert (made is not None) is is_made
    with rpc.listening(made, 'worker-1', lambda: None):
        rpc.waker(made)()


class Heard(logging.Handler):
    """Says when a warning comes."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.event = threading.Event()

    def emit(self, record):
        self.event.set()


def test_a_broker_that_is_down_is_logged(tmp_path):
    conf = configure(tmp_path, 'transport_url = rabbit://a:b@127.0.0.1:1/')
    heard = Heard()
    rpc.LOG.addHandler(heard)
    try:
        transport = rpc.connect(conf)
        with rpc.listening(transport, 'worker-1', lambda: None):
            wake = rpc.waker(transport)
            wake()
            assert heard.event.wait(LONG)
            heard.event.clear()
            wake()
            assert heard.event.wait(LONG)
    finally:
        rpc.LOG.removeHandler(heard)
