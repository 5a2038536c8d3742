"""What holds a recovery that nobody asked for."""

import dataclasses
import datetime

import pytest

from snapfault import model
from snapfault.recover import budget
from tests import build

LIMITS = budget.Limits(
    open=8,
    open_per_host=2,
    open_per_project=4,
    per_hour=20,
    storm_servers=10,
    storm_window=datetime.timedelta(minutes=5),
)
CALM = model.Pressure(
    open=0, open_on_host=0, open_in_project=0, begun=0, faulty=1
)
#: One below every limit at once.
BRIM = model.Pressure(
    open=7, open_on_host=1, open_in_project=3, begun=19, faulty=9
)
AUTOMATIC = build.recovery(automatic=True, host_id='host-1')
BUDGET = model.HoldCause.BUDGET
STORM = model.HoldCause.STORM


def judge(pressure, recovery=AUTOMATIC, limits=LIMITS, approval=False):
    """Judge one recovery."""
    return budget.judge(recovery, pressure, limits, approval=approval)


@pytest.mark.parametrize('pressure', [CALM, BRIM], ids=['calm', 'brim'])
def test_within_all_limits_it_begins(pressure):
    assert judge(pressure) is None


@pytest.mark.parametrize(
    ('over', 'cause', 'says'),
    [
        ({'open': 8}, BUDGET, '8 recoveries are open and [recover] max_open'),
        ({'open_on_host': 2}, BUDGET, 'max_open_per_host is 2'),
        ({'open_in_project': 4}, BUDGET, 'max_open_per_project is 4'),
        ({'begun': 20}, BUDGET, '20 recoveries in the last hour'),
        ({'faulty': 10}, STORM, '10 servers were found faulty within 300 s'),
        ({'faulty': 10, 'open': 8}, STORM, 'look at its control plane first'),
    ],
)
def test_at_a_limit_it_is_held(over, cause, says):
    hold = judge(dataclasses.replace(BRIM, **over))
    assert hold.cause is cause
    assert says in hold.reason
    assert 'openstack recovery approve' in hold.reason


def test_approval_holds_when_nothing_else_does():
    hold = judge(CALM, approval=True)
    assert hold.cause is model.HoldCause.APPROVAL
    assert f'approve {AUTOMATIC.id}` lets it begin' in hold.reason


FLOOD = model.Pressure(99, 99, 99, 99, 99)


@pytest.mark.parametrize('approval', [False, True])
def test_what_a_person_asked_for_is_never_held(approval):
    asked = dataclasses.replace(AUTOMATIC, automatic=False)
    assert judge(FLOOD, asked, approval=approval) is None


def test_a_host_that_nova_does_not_name_has_no_budget():
    nowhere = dataclasses.replace(AUTOMATIC, host_id='')
    none = dataclasses.replace(LIMITS, open_per_host=0)
    assert judge(CALM, nowhere, none) is None
    assert judge(CALM, AUTOMATIC, none).cause is BUDGET


@pytest.mark.parametrize(
    'limit', ['open', 'open_per_host', 'open_per_project', 'per_hour']
)
def test_a_budget_of_nothing_holds_all(limit):
    limits = dataclasses.replace(LIMITS, **{limit: 0})
    assert judge(CALM, limits=limits).cause is BUDGET
