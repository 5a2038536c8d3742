"""The alert rules and the dashboard, against promtool and the endpoint.

Each alert fires on series that are made up to be bad, for as long as it says,
and not on good ones.
"""

import json
import pathlib
import re
import shutil
import subprocess

from prometheus_client import parser
import pytest
import yaml

from snapfault.metrics import read
from tests.functional import stage as stages
from tests.functional import test_metrics

CHECKOUT = pathlib.Path(__file__).parents[2]
FOLDER = CHECKOUT / 'etc/snapfault/prometheus'
RULES = FOLDER / 'alerts.yaml'
DASHBOARD = json.loads((FOLDER / 'dashboard.json').read_text())
ALERTS = {
    each['alert']: each
    for group in yaml.safe_load(RULES.read_text())['groups']
    for each in group['rules']
}
#: By alert: bad series and good ones. Each is one sample a minute.
SERIES = {
    'NotScraped': ([('other', 0)], [('read_timestamp_seconds', 1)]),
    'NoWorker': (
        [('workers{status="up"}', 0)],
        [('workers{status="up"}', 1)],
    ),
    'WorkerDown': (
        [('workers{status="down"}', 1)],
        [('workers{status="down"}', 0), ('workers{status="stopped"}', 5)],
    ),
    'Storm': ([('storm', 1)], [('storm', 0)]),
    'RecoveryFailed': (
        [('recoveries_ended{status="failed"}', 1)],
        [('recoveries_ended{status="done"}', 9)],
    ),
    'RecoveriesHeld': (
        [('recoveries{status="held"}', 1)],
        [
            ('recoveries{status="held"}', 0),
            ('recoveries{status="running"}', 9),
        ],
    ),
    'BudgetSpent': (
        [
            ('recovery_budget_left{budget="hour"}', 0),
            ('recovery_budget_left{budget="open"}', 8),
        ],
        [('recovery_budget_left{budget="hour"}', 1)],
    ),
    'ProtectionsOverdue': (
        [('protections_overdue', 1)],
        [('protections_overdue', 0)],
    ),
    'ProtectionsWithoutPoint': (
        [('protections_without_point', 1)],
        [('protections_without_point', 0)],
    ),
    'TasksFail': (
        [
            ('tasks_ended{status="done",instance="a"}', 80),
            ('tasks_ended{status="done",instance="b"}', 80),
            ('tasks_ended{status="failed",instance="a"}', 5),
            ('tasks_ended{status="missed",instance="a"}', 5),
        ],
        [
            ('tasks_ended{status="done"}', 95),
            ('tasks_ended{status="failed"}', 5),
        ],
    ),
    'QueueStands': (
        [('task_longest_wait_seconds', 1801)],
        [('task_longest_wait_seconds', 1800)],
    ),
    'DelegationsDead': ([('delegations_dead', 1)], [('delegations_dead', 0)]),
    'ProtectionsAlarmed': (
        [('protections_alarmed', 1)],
        [('protections_alarmed', 0)],
    ),
    'PointDisproven': (
        [('drills_ended{status="failed"}', 1)],
        [('drills_ended{status="refused"}', 1)],
    ),
    'PointsLost': (
        [('recovery_points{status="lost"}', 1)],
        [('recovery_points{status="failed"}', 1)],
    ),
    'ReadSlow': (
        [('read_duration_seconds', 5.5)],
        [('read_duration_seconds', 5)],
    ),
}
MINUTES = {'m': 1, 'h': 60}


@pytest.fixture(scope='module')
def promtool():
    """Give the command, the system's or Debian's package in the cache."""
    found = subprocess.run(
        [CHECKOUT / 'tools/prometheus'],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return pathlib.Path(found.stdout.strip()) / 'promtool'


@pytest.fixture(scope='module')
def names(tmp_path_factory):
    """Give the names of all families of the endpoint."""
    stage = stages.Stage(tmp_path_factory.mktemp('names'))
    page = read.Page(stage.database, test_metrics.CHOSEN, lambda: stage.now)
    families = parser.text_string_to_metric_families(page.text().decode())
    found = {each.name for each in families}
    stage.database.close()
    return found


def _expressions():
    return [
        target['expr']
        for panel in DASHBOARD['panels']
        for target in panel['targets']
    ]


def _named(expression):
    return set(re.findall(r'\bsnapfault_\w+', expression))


def _say(promtool, *words, cwd):
    done = subprocess.run(
        [promtool, *words], capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _lasting(alert):
    """Give the minutes for which it must be so."""
    found = re.fullmatch(r'(\d+)([mh])', alert.get('for', '0m'))
    return int(found[1]) * MINUTES[found[2]]


def _case(name, series, minutes, *, fires):
    """Give a case of promtool's: does it fire so many minutes later?"""
    return {
        'interval': '1m',
        'input_series': [
            {'series': f'snapfault_{each}', 'values': f'{value}+0x1700'}
            for each, value in series
        ],
        'promql_expr_test': [
            {
                'expr': f'count(ALERTS{{alertname="{name}",'
                'alertstate="firing"})',
                'eval_time': f'{minutes}m',
                'exp_samples': [{'labels': '{}', 'value': 1}] if fires else [],
            }
        ],
    }


def test_every_alert_fires_in_time_and_no_sooner(promtool, tmp_path):
    assert {f'Snapfault{each}' for each in SERIES} == set(ALERTS)
    cases = []
    for short, (bad, good) in SERIES.items():
        name = f'Snapfault{short}'
        lasting = _lasting(ALERTS[name])
        cases += [
            _case(name, bad, lasting + 1, fires=True),
            _case(name, good, lasting + 1, fires=False),
        ]
        if lasting:
            cases.append(_case(name, bad, lasting - 1, fires=False))
    shutil.copy(RULES, tmp_path)
    test = {
        'rule_files': ['alerts.yaml'],
        'evaluation_interval': '1m',
        'tests': cases,
    }
    (tmp_path / 'test.yaml').write_text(yaml.safe_dump(test))
    _say(promtool, 'test', 'rules', 'test.yaml', cwd=tmp_path)


def test_promtool_finds_nothing_wrong(promtool, tmp_path):
    said = _say(promtool, 'check', 'rules', str(RULES), cwd=tmp_path)
    assert f'{len(ALERTS)} rules found' in said


def test_every_metric_of_an_alert_is_given(names):
    for alert in ALERTS.values():
        assert _named(alert['expr'])
        assert _named(alert['expr']) <= names
        assert alert['labels']['severity'] in ('info', 'warning', 'critical')
        assert alert['annotations']['summary']


def test_every_query_of_the_dashboard_is_of_what_is_given(
    names, promtool, tmp_path
):
    found = _expressions()
    assert set().union(*map(_named, found)) == names
    rules = [
        {'record': f'panel:{number}', 'expr': each}
        for number, each in enumerate(found)
    ]
    file = tmp_path / 'panels.yaml'
    file.write_text(
        yaml.safe_dump({'groups': [{'name': 'x', 'rules': rules}]})
    )
    _say(promtool, 'check', 'rules', str(file), cwd=tmp_path)


def test_the_panels_stand_side_by_side():
    taken = set()
    ids = set()
    for panel in DASHBOARD['panels']:
        place = panel['gridPos']
        cells = {
            (x, y)
            for x in range(place['x'], place['x'] + place['w'])
            for y in range(place['y'], place['y'] + place['h'])
        }
        assert not cells & taken, panel['title']
        assert max(x for x, _ in cells) < 24
        taken |= cells
        ids.add(panel['id'])
    assert len(ids) == len(DASHBOARD['panels'])
