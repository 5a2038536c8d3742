"""Lines of the log bear the ids of the work they are of."""

import json
import logging

from oslo_config import cfg
from oslo_context import context as oslo_context
from oslo_log import formatters
from oslo_log import log
import pytest

from snapfault import bearing
from snapfault import clock
from snapfault import model
from snapfault.db import tasks
from tests.functional import test_worker

live = test_worker.live


class _Lines(logging.Handler):
    """Keeps what oslo.log would write as JSON, and as text."""

    def __init__(self):
        super().__init__()
        self.setFormatter(formatters.JSONFormatter())
        self.lines = []

    def emit(self, record):
        self.lines.append(json.loads(self.format(record)))

    def bearing(self, key):
        """Give the lines that bear such an id, by that id."""
        found = {}
        for line in self.lines:
            if key in line['context']:
                found.setdefault(line['context'][key], []).append(line)
        return found


@pytest.fixture
def lines():
    """Give the lines that all loggers of ours write."""
    # a test before may have left one in this thread
    vars(oslo_context._request_store).clear()
    handler = _Lines()
    logger = logging.getLogger('snapfault')
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_every_line_of_a_recovery_bears_its_id(live, lines):
    with test_worker.working(live):
        task = tasks.create_now(live.database, live.protection(), clock.now())
        test_worker.until(test_worker.ended(live, task))
        live.cloud.break_server(live.servers['shop'])
        live.now = clock.now()
        live.ask_for_recovery()
        test_worker.until(lambda: not test_worker._open(live))
    (recovery,) = live.recoveries()
    assert recovery.status is model.RecoveryStatus.DONE
    found = lines.bearing('recovery_id')
    assert set(found) == {recovery.id}
    for line in found[recovery.id]:
        assert line['context']['request_id'] == f'req-{recovery.id}'
        assert line['context']['project_id'] == recovery.project_id
    said = [each for each in lines.lines if recovery.id in each['message']]
    assert len(said) > 2
    # the first is the API's: here, the test asks
    begun = [each for each in said if 'is waiting' not in each['message']]
    assert all(each in found[recovery.id] for each in begun)
    of_task = lines.bearing('task_id')
    assert set(of_task) == {task.id}
    told = ' '.join(each['message'] for each in of_task[task.id])
    assert 'begins with weight' in told
    assert 'is good' in told
    for line in lines.lines:
        if 'is at work' in line['message'] or 'has stopped' in line['message']:
            assert line['context'] == {}


def _say(text):
    logging.getLogger('snapfault.test').warning(text)


def test_a_pool_lends_the_context_and_takes_it_back(lines):
    with bearing.Pool(1) as pool:
        with bearing.work('recovery', 'r1', 'p1'):
            with bearing.work('drill', 'd1', 'p2'):
                pool.submit(_say, 'drill').result()
            pool.submit(_say, 'recovery').result()
            with pytest.raises(ZeroDivisionError):
                pool.submit(lambda: 1 / 0).result()
        assert oslo_context.get_current() is None
        pool.submit(_say, 'nothing').result()
    drill, recovery, nothing = (each['context'] for each in lines.lines)
    assert (drill['drill_id'], drill['request_id']) == ('d1', 'req-d1')
    assert 'recovery_id' not in drill
    assert (recovery['recovery_id'], recovery['project_id']) == ('r1', 'p1')
    assert nothing == {}


def test_a_line_of_text_bears_it_as_well(lines):
    conf = cfg.ConfigOpts()
    log.register_options(conf)
    conf([], default_config_files=[])
    record = logging.LogRecord('n', logging.INFO, 'p', 1, 'said', (), None)
    with bearing.work('recovery', 'r1', 'p1'):
        text = formatters.ContextFormatter(config=conf).format(record)
    assert 'req-r1' in text
