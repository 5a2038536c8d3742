"""The demo's story: three runs, a fault, a recovery, a drill, an undo."""

import concurrent.futures
import dataclasses
import json
import shutil
import signal
import subprocess
import sys
import time

from tests.demo import service
from tests.demo import terminal
from tests.demo import world
from tests.minicloud import faults

INTERVAL = 8  #: seconds between runs: short, so that a person may watch
VICTIM = 'shop'
REHEARSED = 'ledger'


def run(state):
    """Play it, check it, and clean up whatever happens.

    :param state: folder for everything mutable; emptied first
    :returns: the exit code of the independent check
    """
    cloud_folder = state / 'minicloud'
    minicloud('down', cloud_folder)
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    snapfault = None
    try:
        minicloud('up', cloud_folder)
        facts = service.read_minicloud(cloud_folder)
        snapfault = service.Snapfault(state / 'snapfault', facts)
        story = Story(state, cloud_folder, snapfault)
        story.prepare()
        story.protect()
        story.three_runs()
        story.strike()
        story.recovered()
        failed = story.check('recovered')
        story.rehearse()
        story.undo()
        return story.check('undone') or failed
    except BaseException:
        if snapfault is not None:
            print(snapfault.tail(), flush=True)
        raise
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # let it clean up
        if snapfault is not None:
            snapfault.stop()
        minicloud('down', cloud_folder, '--purge')


def minicloud(command, folder, *options):
    """Bring the minicloud up or down."""
    words = [command, '--state', str(folder), *options]
    subprocess.run(
        [sys.executable, '-m', 'tests.minicloud', *words], check=True
    )


class Story:
    """The chapters, in the order in which they happen."""

    def __init__(self, state, cloud_folder, snapfault):
        """Set the scene."""
        self._state = state
        self._folder = cloud_folder
        self._snapfault = snapfault
        self._clouds = cloud_folder / 'clouds.yaml'
        self._tenant = world.connect(self._clouds, 'alpha')
        self._terminal = terminal.Terminal(
            {
                'OS_CLIENT_CONFIG_FILE': str(self._clouds),
                'OS_CLOUD': 'alpha',
                'PYTHONWARNINGS': 'ignore',
                'COLUMNS': '110',
                'CLIFF_FIT_WIDTH': '1',
            }
        )
        self._services = []
        self._foreign = None
        self._struck_at = None
        self._seen = set()

    def prepare(self):
        """Make the tenant's servers and their load, and start snapfault."""
        screen = self._terminal
        screen.say('A tenant with three business services')
        with concurrent.futures.ThreadPoolExecutor() as pool:
            built = pool.submit(self._build)
            # Here, since it ends with the thread that started it.
            with screen.task('snapfault-all, beside it'):
                self._snapfault.start()
            built.result()

    def _build(self):
        screen = self._terminal
        with screen.task('three servers with two volumes each'):
            self._services = world.build(self._tenant)
            self._foreign = world.foreign_snapshot(
                self._tenant, self._services[0]
            )
        with screen.task('their load in Gnocchi: 95, 45 and 5 per cent'):
            world.post_load(
                world.connect(self._clouds, 'admin'),
                self._tenant.current_project_id,
                self._services,
            )

    def protect(self):
        """Write the rules and the record table, and look at the plan."""
        screen = self._terminal
        screen.say('The rules, and the services under them')
        screen.type(
            'protection policy create gold --interval 1d --quota 2'
            ' --threshold cpu_util=80 --rpo 60 --automatic-recovery'
            ' --recovery-margin 0'
        )
        screen.type(
            *(
                f'protection create {each.business_id} --policy gold'
                f' --server {each.business_id} -c business_id -c next_run_at'
                for each in self._services
            )
        )
        screen.say('The plan: what would run next, in which order, and why')
        screen.type('protection plan show')

    def three_runs(self):
        """Let the timed rule fire three times."""
        screen = self._terminal
        screen.say('The timed rule fires; snapshots go in weight order')
        screen.type(f'protection policy set gold --interval {INTERVAL}')
        for number in (1, 2, 3):
            with screen.task(f'run {number}'):
                self._until(lambda number=number: self._runs() >= number)
        screen.say('The third run pruned the oldest: the quota keeps two')
        screen.type(
            'protection task list -c business_id -c scheduled_at'
            ' -c status -c weight',
            'recovery point list -c business_id -c sequence'
            ' -c status -c reason',
        )

    def _until(self, true, limit=90):
        end = time.monotonic() + limit
        while not true():
            if time.monotonic() > end:
                raise SystemExit('it did not happen in time')
            time.sleep(0.3)

    def _ours(self):
        """Give the tenant's snapshots that snapfault made, by run."""
        found = {}
        for each in self._tenant.block_storage.snapshots(details=True):
            run = each.metadata.get('snapfault:scheduled_at')
            if run is not None:
                found.setdefault(run, []).append(each)
        return found

    def _runs(self):
        """Count the runs that left all six snapshots, ever since."""
        self._seen |= {
            run
            for run, made in self._ours().items()
            if len(made) == 2 * len(self._services)
            and all(each.status == 'available' for each in made)
        }
        return len(self._seen)

    def strike(self):
        """Break the server while its fourth backup is under way."""
        screen = self._terminal
        victim = next(
            each for each in self._services if each.business_id == VICTIM
        )
        screen.say(f'A fault strikes {VICTIM} in the middle of a backup')
        faults.arm(
            self._folder,
            'cinder.create_snapshot',
            match=victim.volume_ids[world.DEVICES[0]],
            delay=3,
            error='the backend lost the volume',
            count=1,
        )
        with screen.task('its snapshot is being taken'):
            self._until(lambda: self._creating(victim))
        with screen.task('the server goes to ERROR, the snapshot fails'):
            self._struck_at = time.time()
            faults.set_server_error(self._folder, victim.server_id)
            self._slow_down()
        screen.type(f'server show {VICTIM} -c name -c status')

    def _slow_down(self):
        """Let no further run prune what the check is to find.

        Through the API at once: on a slow machine the client takes longer
        than the rule lets pass.
        """
        service = {'service_type': 'fault-tolerance'}
        session = self._tenant.session
        (policy,) = session.get(
            '/v1/policies', endpoint_filter=service
        ).json()['policies']
        session.patch(
            f'/v1/policies/{policy["id"]}',
            json={'policy': {'schedules': [{'interval': 86400}]}},
            endpoint_filter=service,
        )

    def _creating(self, victim):
        volumes = set(victim.volume_ids.values())
        return any(
            each.status == 'creating' and each.volume_id in volumes
            for made in self._ours().values()
            for each in made
        )

    def recovered(self):
        """Watch snapfault find out and put it right."""
        screen = self._terminal
        screen.say('snapfault finds out, rebuilds, restores and starts it')
        with screen.task('the recovery'):
            self._until(lambda: self._status() in ('done', 'failed'))
        recovery_id = self._recoveries()[0]['id']
        screen.type(
            'recovery list -c business_id -c status -c cause',
            f'recovery show {recovery_id} -c status -c cause'
            ' -c recovery_point_id -c steps',
            f'server show {VICTIM} -c name -c status -c image',
        )

    def _recoveries(self):
        """Ask the API, which is quicker to ask again than the client."""
        answer = self._tenant.session.get(
            '/v1/recoveries',
            endpoint_filter={'service_type': 'fault-tolerance'},
        )
        return answer.json()['recoveries']

    def _status(self):
        found = self._recoveries()
        return found[0]['status'] if found else None

    def rehearse(self):
        """Prove that a point of another service can be restored."""
        screen = self._terminal
        screen.say(f'A drill proves what is kept of {REHEARSED}')
        screen.type(
            f'recovery drill create {REHEARSED} --wait'
            ' -c status -c outcome -c took'
        )
        screen.type(
            f'recovery point list --business-id {REHEARSED}'
            ' -c sequence -c status -c proof'
        )

    def undo(self):
        """Take the recovery back: a person wants what was damaged."""
        screen = self._terminal
        screen.say(f'An undo gives {VICTIM} the volumes back that it had')
        recovery_id = self._recoveries()[0]['id']
        screen.type(
            f'recovery undo {recovery_id} --yes --wait'
            ' -c kind -c status -c reason',
        )

    def check(self, chapter):
        """Let a script that knows nothing of snapfault read the cloud.

        :param chapter: what has happened last
        """
        self._terminal.say(f'An independent check reads the cloud, {chapter}')
        facts = self._state / 'facts.json'
        facts.write_text(
            json.dumps(
                {
                    'clouds_file': str(self._clouds),
                    'services': [
                        dataclasses.asdict(each) for each in self._services
                    ],
                    'victim': VICTIM,
                    'struck_at': self._struck_at,
                    'foreign_snapshot': self._foreign,
                    'quota': 2,
                },
                indent=1,
            )
        )
        done = subprocess.run(
            [sys.executable, '-m', 'tests.demo.check', str(facts), chapter],
            check=False,
        )
        return done.returncode
