"""How long a Keystone is waited for that does not tell the limits."""

import concurrent.futures
import contextlib
import socket

from keystoneauth1 import loading
from oslo_config import cfg
import pytest

from snapfault import errors
from snapfault.cloud import limits
from snapfault.conf import limits as limits_conf

CONF = """
[oslo_limit]
endpoint_id = e
auth_type = v3password
auth_url = http://127.0.0.1:{port}/v3
username = snapfault
password = secret
user_domain_id = default
system_scope = all
{more}
"""
PATIENCE = 20  #: seconds until a thread counts as stuck for ever


@pytest.fixture
def silent():
    """Give the port of a Keystone that takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(('127.0.0.1', 0))
        listening.listen()
        yield listening.getsockname()[1]


def configured(folder, port, more=''):
    """Give options that lead to a port."""
    path = folder / 'limits.conf'
    path.write_text(CONF.format(port=port, more=more))
    conf = cfg.ConfigOpts()
    limits_conf.register_opts(conf)
    conf(['--config-file', str(path)], project='snapfault')
    return conf


@pytest.mark.parametrize(('more', 'expected'), [('', 60), ('timeout = 7', 7)])
def test_keystone_is_not_waited_for_for_ever(tmp_path, more, expected):
    conf = configured(tmp_path, 1, more)
    # as oslo.limit makes its own
    session = loading.load_session_from_conf_options(conf, limits_conf.GROUP)
    assert session.timeout == expected


def test_a_silent_keystone_is_an_outage(tmp_path, silent):
    found = limits.Limits(configured(tmp_path, silent, 'timeout = 1'))
    with contextlib.ExitStack() as stack:
        pool = concurrent.futures.ThreadPoolExecutor(1)
        stack.callback(pool.shutdown, wait=False)
        asked = pool.submit(found.of, 'p')
        with pytest.raises(errors.CloudUnavailable):
            asked.result(PATIENCE)
