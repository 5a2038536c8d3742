"""What is read of the projects whose tasks begin, and how many at once."""

import collections
import concurrent.futures
import dataclasses
import threading

import pytest

from snapfault import errors
from snapfault import model
from snapfault import pipeline
from snapfault.cycle import choose
from snapfault.cycle import queue
from snapfault.cycle import readings
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.snapshot import admit
from snapfault.snapshot import sight
from tests import build
from tests.functional import stage as stages
from tests.functional.db import test_statements

READ = ('list_servers', 'list_volumes', 'get_headroom')


@pytest.fixture
def calls():
    """Give real threads; those of the stage are none."""
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        yield pool


@pytest.fixture
def many(stage):
    """Protect a service in each of twenty more projects; none is begun."""
    rights = {}
    for number in range(20):
        project = f'project-{number:02}'
        rights[project] = stage.cloud.add_project(project)
        _protect(stage, project, rights[project])
    stage.wait(minutes=1)
    for each in rights:
        (owner,) = protections.list_page(stage.database, each, limit=2)
        tasks.create_now(stage.database, owner, stage.now)
    return stage


def _protect(stage, project, right):
    image = stage.cloud.add_image()
    server = stage.cloud.add_server(project, volumes=1, image=image)
    policy = policies.create(
        stage.database,
        build.policy(id=f'policy-{project}', project_id=project),
    )
    protections.create(
        stage.database,
        build.protection(
            id=f'protection-{project}',
            project_id=project,
            policy_id=policy.id,
            server_id=server.id,
            image_id=image.id,
            right_id=right.right_id,
            next_run_at=None,
        ),
    )


def _read(cloud):
    found = collections.Counter(each.method for each in cloud.calls)
    return [found[method] for method in READ]


class Waiting:
    """A cloud whose first reads are answered once so many are asked."""

    def __init__(self, cloud, count, barrier=None):
        self._cloud = cloud
        self._barrier = barrier or threading.Barrier(count, timeout=20)

    def project(self, delegation):
        """Give the view of a project, which waits as well."""
        project = self._cloud.project(delegation)
        return Waiting(project, None, self._barrier)

    def __getattr__(self, name):
        if name in READ:
            self._barrier.wait()
        return getattr(self._cloud, name)


def test_what_a_point_rests_on_is_read_at_once(stage, calls):
    seen = sight.Sight(Waiting(stage.cloud, 3), [stage.right], stage.now)
    seen.begin_to_read(calls)
    assert len(seen.servers()) == 1
    assert len(seen.volumes()) == 2
    assert seen.headroom() is not None
    assert _read(stage.cloud) == [1, 1, 1]


def test_what_failed_ahead_is_told_to_who_asks_and_not_asked_again(
    stage, calls
):
    seen = sight.Sight(stage.cloud, [stage.right], stage.now)
    with stage.cloud.outage('cinder'):
        seen.begin_to_read(calls)
        for read in (seen.volumes, seen.volumes, seen.headroom):
            with pytest.raises(errors.CloudUnavailable):
                read()
    assert len(seen.servers()) == 1
    assert seen.has_failed
    with pytest.raises(errors.CloudUnavailable):
        seen.volumes()


def test_a_dead_right_is_gone_by_once_though_all_read_beside_each_other(
    stage, calls
):
    dead = dataclasses.replace(stage.right, right_id='dead')
    rights = [dead, stage.right]
    # each of the three is asked by the dead one first
    seen = sight.Sight(Waiting(stage.cloud, 3), rights, stage.now)
    seen.begin_to_read(calls)
    assert len(seen.servers()) == 1
    assert len(seen.volumes()) == 2
    assert seen.headroom() is not None
    with pytest.raises(errors.DelegationDead):
        sight.Sight(stage.cloud, [dead], stage.now).servers()


def test_projects_are_read_beside_each_other(many, calls):
    """Fifteen reads of five projects must all be asked before one answers."""
    cloud = Waiting(many.cloud, 3 * readings.AHEAD)
    context = dataclasses.replace(many.context(cloud), calls=calls)
    found = _readings(many, context)
    for project in list(_projects(many))[: readings.AHEAD]:
        assert len(found.of(project).servers()) == 1


def test_no_more_projects_are_read_than_may_begin(many):
    many.settings = dataclasses.replace(
        many.settings, under_way=admit.Bounds(3, 9, 9)
    )
    many.tick()
    assert many.cloud.count('create_snapshot') == 3
    # those that begin, and one more that finds the gate closed
    assert max(_read(many.cloud)) <= 4


@pytest.mark.parametrize('bound', [1, 7, 99])
def test_each_project_is_read_once(many, bound):
    many.settings = dataclasses.replace(
        many.settings, under_way=admit.Bounds(bound, 9, 99)
    )
    many.tick(80)
    ended = tasks.list_page(many.database, None, limit=99)
    assert {each.status for each in ended} == {model.TaskStatus.DONE}
    assert many.cloud.count('create_snapshot') == 20
    assert many.cloud.count('get_headroom') <= 20 * 3


def _projects(stage):
    """Give the tasks that wait, by project."""
    waiting = tasks.waiting(stage.database, stage.now, 99)
    return {each.project_id: each for each in waiting}


def _ranked(stage, context):
    found = pipeline.candidates(
        stage.database, _projects(stage).values(), stage.now
    )
    return choose.rank(context, found, stage.now)


def _readings(stage, context):
    gate = choose.gate(context)
    ranked = _ranked(stage, context)
    return readings.Readings(context, ranked, gate, stage.now)


def _order(stage):
    ranked = _ranked(stage, stage.context())
    return [each.candidate.task.id for each in ranked]


def _queue(stage, worker='worker-1'):
    context = stage.context(worker=worker)
    chosen = [(each, None) for each in _ranked(stage, context)]
    return queue.Queue(context, chosen, stage.now)


def test_two_that_rank_alike_win_each_task_once_and_in_order(many):
    until = many.now + stages.LEASE
    mine, theirs = _queue(many), _queue(many, 'worker-2')
    order = _order(many)
    won = []
    for each in (mine, theirs) * 10:
        claimed = each.claim(until)
        assert claimed.task.status is model.TaskStatus.RUNNING
        won.append(claimed.task.id)
    assert won == order
    assert mine.claim(until) is theirs.claim(until) is None


def test_what_others_hold_costs_one_statement(many):
    until = many.now + stages.LEASE
    late = _queue(many, 'worker-2')
    early = _queue(many)
    taken = [early.claim(until).task.id for _ in range(19)]
    with test_statements.counted(many.database) as statements:
        claimed = late.claim(until)
    assert claimed.task.id not in taken
    assert len(statements) == 2  # which are free, and the claim


def test_one_that_is_lost_after_the_look_is_gone_by(many, monkeypatch):
    """Patched: another must win between the two statements."""
    until = many.now + stages.LEASE
    mine, theirs = _queue(many), _queue(many, 'worker-2')
    real = task_claims.free

    def free_a_moment_ago(*args):
        found = real(*args)
        monkeypatch.undo()
        theirs.claim(until)
        return found

    first, second, *_ = _order(many)
    monkeypatch.setattr(task_claims, 'free', free_a_moment_ago)
    assert mine.claim(until).task.id == second
    held = tasks.get(many.database, None, first)
    assert (held.claimed_by, held.attempts) == ('worker-2', 1)
