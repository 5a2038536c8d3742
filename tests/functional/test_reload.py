"""SIGHUP: what may change does so in a worker that works."""

import datetime
import signal
import time

from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault.db import api
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import tasks
from snapfault.worker import choices
from tests import build
from tests.functional import test_cmd

NOTHING_DUE = '\n[worker]\ntick = 60\n'
SOON = 30  #: seconds; half a tick of those that are too long

synced = test_cmd.synced


def _default():
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[])
    return conf


def _numbers():
    """Give the group and the option of each number that a worker reads."""
    conf = _default()
    for group in ('worker', 'snapshot', 'recover', 'trigger', 'drill'):
        for name in conf[group]:
            found = conf._get_opt_info(name, cfg.OptGroup(group))['opt']
            if isinstance(conf[group][name], int | float):
                yield group, found


@pytest.mark.parametrize(
    ('group', 'option'),
    _numbers(),
    ids=lambda each: getattr(each, 'name', each),
)
def test_an_option_is_mutable_if_a_worker_takes_it_up(group, option):
    before = choices.settings(_default())
    conf = _default()
    value = conf[group][option.name]
    other = not value if isinstance(value, bool) else value + 1
    conf.set_override(option.name, other, group)
    after = choices.settings(conf)
    assert option.mutable is any(
        getattr(before, name) != getattr(after, name)
        for name in choices.MUTABLE
    )


def _make_due(url, number):
    """Have a run fall due now, and wait until its task is there."""
    database = api.Database(url)
    if number == 1:
        policies.create(database, build.policy())
    due = datetime.datetime.now(datetime.UTC) - 2 * build.HOUR
    made = protections.create(
        database,
        build.protection(
            id=f'protection-{number}',
            business_id=f'shop-{number}',
            server_id=f'server-{number}',
            next_run_at=due,
        ),
    )
    end = time.monotonic() + SOON
    while not tasks.list_page(database, None, limit=1, protection_id=made.id):
        assert time.monotonic() < end, 'no tick has come'
        time.sleep(0.1)
    database.close()


def test_a_worker_reads_its_files_again(synced):
    synced.config.write_text(synced.config.read_text() + NOTHING_DUE)
    with synced.running('snapfault-worker') as process:

        def tell(says):
            before = synced.log().count(says)
            process.send_signal(signal.SIGHUP)
            test_cmd.until(lambda: synced.log().count(says) > before, process)

        test_cmd.until(lambda: 'is at work' in synced.log(), process)
        synced.edit('tick = 60', 'tick = 0.2')
        tell('The configuration was read again')
        _make_due(synced.url, 1)
        synced.edit('tick = 0.2', 'tick = never')
        tell('stays as it was')
        _make_due(synced.url, 2)
        synced.edit('tick = never', 'tick = 0.2\nlease = 61')
        tell('Ignoring change to immutable option worker.lease')
        process.send_signal(signal.SIGTERM)
        assert process.wait(test_cmd.LONG) == 0
