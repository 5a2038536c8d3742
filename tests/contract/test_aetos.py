"""Prometheus where Aetos is: in a real Keystone's catalogue.

Prometheus itself heeds no token, so what stands behind the catalogue here
shows that it is found and asked, and not what Aetos lets whom see.
"""

import os
import pathlib

from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault import errors
from snapfault import rules
from snapfault.cloud import source
from tests.contract import prometheus_server
from tests.contract import test_prometheus as measured

#: The fake of the cloud has no catalogue: collected where a minicloud runs.
STATE = os.environ.get('SNAPFAULT_MINICLOUD')
__test__ = STATE is not None

MEMORY = rules.Metric('memory.usage')


@pytest.fixture
def catalogue(tmp_path):
    from tests.contract import real_site

    made = real_site.Site(STATE, pathlib.Path(tmp_path))
    yield made
    made.close()


def loaded(catalogue):
    """Make the source anew: a token brings the catalogue of its time."""
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    doors, _ = catalogue.connect(60)
    tools = source.Tools(conf, doors, now=lambda: measured.NOW)
    return source.load('prometheus', tools)


def test_found_in_the_catalogue(catalogue, tmp_path):
    with pytest.raises(errors.CloudRefused):
        loaded(catalogue).read([measured.FULL], [MEMORY])
    prometheus_server.store(tmp_path, measured.SAMPLES)
    with prometheus_server.running(tmp_path) as url:
        body = {'service': {'type': 'prometheus', 'name': 'aetos'}}
        made = catalogue.ask('POST', 'identity', '/services', body)['service']
        try:
            endpoint = {
                'service_id': made['id'],
                'interface': 'public',
                'region_id': 'RegionOne',
                'url': url,
            }
            catalogue.ask(
                'POST', 'identity', '/endpoints', {'endpoint': endpoint}
            )
            found = loaded(catalogue).read([measured.FULL], [MEMORY])
        finally:
            catalogue.ask('DELETE', 'identity', f'/services/{made["id"]}')
    assert measured.values(found) == {measured.FULL: {MEMORY: 200.0}}
