"""What scenarios begin with: all is asked, and nothing done yet.

What follows is the workers'.
"""

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.db import tables
from snapfault.db import tasks
from tests.functional import rehearsal
from tests.functional import stage as stages

#: What the volumes hold when the first point is taken.
FIRST = tuple(f'shop-{number} at first' for number in range(2))
#: How the id of the second volume that is restored ends, and that of one
#: which is asked for instead of one that is lost.
RESTORED = ('000000000004', '000000000005')


def _protected(volumes=2, volume_backed=False, **chosen):
    """Give a service with one good point, and spoilt data since."""
    recovery = rules.RecoveryRules(**{'margin': 0} | chosen)
    stage = stages.Stage(recovery=recovery)
    stage.protect(volumes=volumes, volume_backed=volume_backed)
    stage.run()
    stage.wait(minutes=5)
    stage.spoil()
    stage.wait(minutes=1)
    return stage


def _ask(stage, **changes):
    """Ask for a recovery as a person does, or as one does by itself."""
    stage.ask_for_recovery(**changes)
    return stage


def failed(**chosen):
    """Give a service whose server failed, and a recovery that waits."""
    stage = _protected(**chosen)
    stage.cloud.break_server(stage.servers['shop'])
    return _ask(stage)


def steps_back(lost=False, **chosen):
    """The newest point is of spoilt data; the console shows what it reads.

    :param lost: one volume of a server that is well, and not the server
    """
    works = rules.Check('console', {'text': FIRST[0]}, timeout=30)
    stage = _protected(checks=(works,), **chosen)
    stage.run()
    stage.cloud.world.guest = lambda server: '\n'.join(
        stage.cloud.contents_of(server).values()
    )
    stage.wait(minutes=1)
    server = stage.servers['shop']
    if lost:
        gone = stage.cloud.volumes_of(server)[0]
        del server.attachments[gone.id]
    else:
        stage.cloud.break_server(server)
    return _ask(stage)


def snapshot_run():
    """A run falls due whose quota takes an older point."""
    stage = _protected()
    stage.run()
    stage.wait(minutes=1)
    tasks.create_now(stage.database, stage.protection(), stage.now)
    return stage


def drill(**chosen):
    """A recovery is rehearsed."""
    stage = _protected(**chosen)
    rehearsal.ask(stage)
    return stage


def automatic():
    """A run falls due of a server that has failed."""
    stage = _protected(automatic=True)
    stage.cloud.break_server(stage.servers['shop'])
    tasks.create_now(stage.database, stage.protection(), stage.now)
    return stage


def stopped():
    """The owner had stopped the server."""
    stage = _protected()
    stage.servers['shop'].status = 'SHUTOFF'
    return _ask(stage)


def reboot_fails():
    """The gentle way comes first, and is of no use."""
    stage = failed(reboot_first=True)
    stage.cloud.break_next('reboot_server', times=None)
    return stage


def data(**chosen):
    """The server is well, and Cinder calls one of its volumes broken."""
    stage = _protected(repair=True, **chosen)
    server = stage.servers['shop']
    broken, *_ = (
        each
        for each in stage.cloud.volumes_of(server)
        if each.id != server.root_id
    )
    broken.status = 'error'
    return _ask(stage)


def gone():
    """The server is well, and one of its volumes has been deleted."""
    stage = _protected()
    server = stage.servers['shop']
    lost = stage.cloud.volumes_of(server)[0]
    del server.attachments[lost.id], stage.cloud.world.volumes[lost.id]
    return _ask(stage)


def server_only():
    """A person wants the volumes to be left as they are."""
    stage = _protected()
    stage.cloud.break_server(stage.servers['shop'])
    return _ask(stage, keep_volumes=True)


def without_point():
    """The server failed before there was any point of it."""
    recovery = rules.RecoveryRules(margin=0, without_point=True)
    stage = stages.Stage(recovery=recovery)
    stage.protect()
    stage.spoil()
    stage.cloud.break_server(stage.servers['shop'])
    stage.wait(minutes=1)
    return _ask(stage)


def evacuate(**chosen):
    """The host is gone, and fenced."""
    stage = _protected(evacuate=True, **chosen)
    dead = stage.servers['shop'].host
    stage.cloud.add_host('compute-9')
    stage.cloud.lose_host(dead.name, fenced=True)
    return _ask(stage)


def undo(**chosen):
    """A recovery is done, and a person wants the old volumes back."""
    stage = failed(**chosen)
    done = stage.recover()
    stage.wait(minutes=1)
    return _ask(stage, kind=model.RecoveryKind.UNDO, origin_id=done.id)


def reaping():
    """What a recovery has kept is past its time, and no point needs it."""
    stage = failed()
    stage.recover()
    stage.run()
    stage.run()  # the quota of two takes the point of the old volumes
    stage.wait(days=8)
    return stage


def compensation():
    """A restored volume is not to be attached, and so the old ones return."""
    return _never_attached(errors.CloudRefused('400'))


def busy():
    """The second restored volume is never attached, and a person waits."""
    return _never_attached(errors.CloudConflict('409'))


def _never_attached(error):
    stage = failed()
    for each in RESTORED:
        stage.cloud.fail('attach_volume', error, times=None, match=each)
    return stage


def abort(stage):
    """A person stops it once the first volume has been exchanged."""
    (recovery,) = stage.recoveries()
    exchanged = any(
        each.name == 'attach' and each.status is model.StepStatus.DONE
        for each in recovery.steps
    )
    if exchanged and not recovery.abort_asked:
        with stage.database.writer() as session:
            session.get_one(tables.Recovery, recovery.id).abort_asked = True
