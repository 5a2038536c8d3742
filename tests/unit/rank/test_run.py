"""Ranking on a cloud that measures, does not answer, or is asked in vain."""

import logging

import pytest

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.rank import run
from snapfault.rank import weigher
from snapfault.rank.weighers import performance
from tests import build
from tests.fake import cloud as fake_cloud

CPU = rules.Metric('cpu_util')
PERFORMANCE = {'performance': performance.Performance()}


class Broken(weigher.Weigher):
    """A weigher of somebody else: raises, or gives what is no number."""

    def __init__(self, answers):
        self.answers = answers

    def weigh(self, candidate, measures):
        answer = self.answers[candidate.task.id]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def cloud():
    return fake_cloud.FakeCloud()


@pytest.fixture
def candidates(cloud):
    """Three tasks of three servers, measured at 10, 90 and 50 per cent."""
    project_id = cloud.add_project().project_id
    made = []
    for name, load in (('a', 10.0), ('b', 90.0), ('c', 50.0)):
        server = cloud.add_server(project_id)
        cloud.set_measures(server, {CPU: load})
        made.append(
            model.Candidate(
                task=build.task(id=name),
                protection=build.protection(server_id=server.id),
                policy=build.policy(thresholds=(rules.Threshold(CPU, 80.0),)),
                last_good_at=None,
                now=build.NOW,
            )
        )
    return made


def rank(cloud, candidates, weighers, multipliers=None):
    chosen = run.Settings(multipliers or {})
    return run.Ranker(cloud.read_measures, weighers, chosen).rank(candidates)


def order(ranked):
    return [each.candidate.task.id for each in ranked]


def reads(cloud):
    return [each for each in cloud.calls if each.method == 'read_measures']


def test_all_measures_in_one_read(cloud, candidates):
    ranked = rank(cloud, iter(candidates), PERFORMANCE)
    assert order(ranked) == ['b', 'c', 'a']
    assert ranked[0].measures[CPU].value == 90.0
    (read,) = reads(cloud)
    servers, metrics = read.args
    assert set(servers) == {c.protection.server_id for c in candidates}
    assert set(metrics) == {CPU}


def test_nothing_to_ask(cloud, candidates):
    assert rank(cloud, [], PERFORMANCE) == []
    unbound = [
        model.Candidate(
            each.task, each.protection, build.policy(), None, build.NOW
        )
        for each in candidates
    ]
    assert order(rank(cloud, unbound, PERFORMANCE)) == ['a', 'b', 'c']
    assert reads(cloud) == []


@pytest.mark.parametrize(
    'error',
    [errors.CloudUnavailable, errors.DelegationDead, errors.CloudRefused],
)
def test_without_measures(cloud, candidates, caplog, error):
    cloud.fail('read_measures', error('503 of it'))
    ranked = rank(cloud, candidates, PERFORMANCE)
    assert order(ranked) == ['a', 'b', 'c']
    assert {each.weight for each in ranked} == {0.0}
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert '3 tasks' in record.getMessage()
    assert '503 of it' in record.getMessage()


@pytest.mark.parametrize(
    'answer',
    [
        ValueError('no such thing'),
        float('nan'),
        float('inf'),
        float('-inf'),
        'heavy',
    ],
)
def test_broken_weigher(cloud, candidates, caplog, answer):
    broken = Broken({'a': 1.0, 'b': answer, 'c': None})
    ranked = rank(cloud, candidates, {'other': broken, **PERFORMANCE})
    # its failure is absent data, and the other weigher still counts
    assert order(ranked) == ['b', 'c', 'a']
    raws = {e.candidate.task.id: e.parts[0].raw for e in ranked}
    assert raws == {'a': 1.0, 'b': None, 'c': None}
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert 'other failed on 1 tasks' in record.getMessage()


def test_operators_multipliers(cloud, candidates):
    ranked = rank(cloud, candidates, PERFORMANCE, {'performance': -1.0})
    assert order(ranked) == ['a', 'c', 'b']


@pytest.mark.parametrize('own', [1.0, 0.0, 3.0])
def test_a_weighers_own_multiplier(cloud, candidates, own):
    class Modest(Broken):
        multiplier = own
        needs = (rules.Metric('disk.io'),)

    modest = Modest({'a': 1.0, 'b': 2.0, 'c': 3.0})
    ranked = rank(cloud, candidates, {'modest': modest})
    assert {each.parts[0].multiplier for each in ranked} == {own}
    # what counts nothing is not read for
    asked = [each.args[1] for each in reads(cloud)]
    assert (modest.needs in asked or modest.needs[0] in asked[0]) == bool(own)
    # the operator's word comes first
    ranked = rank(cloud, candidates, {'modest': modest}, {'modest': 2.0})
    assert {each.parts[0].multiplier for each in ranked} == {2.0}
    assert modest.needs[0] in reads(cloud)[-1].args[1]


def test_multiplier_of_no_weigher(cloud, candidates, caplog):
    ranked = rank(cloud, candidates, PERFORMANCE, {'perfomance': 2.0})
    assert {each.parts[0].multiplier for each in ranked} == {1.0}
    (record,) = caplog.records
    assert "no weigher 'perfomance'" in record.getMessage()


def test_a_source_that_breaks(candidates, caplog):
    def read(server_ids, metrics):
        raise LookupError('somebody else wrote it')

    ranked = run.Ranker(read, PERFORMANCE).rank(candidates)
    assert order(ranked) == ['a', 'b', 'c']
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info[0] is LookupError
