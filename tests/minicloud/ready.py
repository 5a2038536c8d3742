"""Ready means: asked, and answered."""

from collections import abc
import contextlib
import functools
import json

from tests.minicloud import api
from tests.minicloud import layout
from tests.minicloud import parallel
from tests.minicloud import process
from tests.minicloud import waiting

#: Seconds for a service, or all of them, to come up.
LIMIT = 120
SERVICES_UP = frozenset(
    {
        'nova-compute',
        'nova-conductor',
        'nova-scheduler',
        'cinder-volume',
        'cinder-scheduler',
    }
)


def _answers(cloud: layout.Cloud, service: str) -> bool:
    try:
        # the socket listens already: this waits for the process
        api.request('GET', f'{cloud.origin(service)}/', timeout=2)
    except api.ApiError as error:
        return error.status < 500
    except (OSError, ValueError):
        check_alive(cloud, [service])
        return False
    return True


def wait_answering(cloud: layout.Cloud, service: str) -> None:
    """Wait until the service's API answers.

    :raises MinicloudError: when its process dies, naming the log.
    """
    if not waiting.until(lambda: _answers(cloud, service), LIMIT):
        raise layout.MinicloudError(
            f'{service} does not answer: see {cloud.logs / service}.log'
        )


def check_alive(cloud: layout.Cloud, services: abc.Iterable[str]) -> None:
    """Be content when the processes run.

    :raises MinicloudError: when one does not, naming the log.
    """
    for service in services:
        if process.pid(cloud, service) is None:
            raise layout.MinicloudError(
                f'{service} died: see {cloud.logs / service}.out and '
                f'{cloud.logs / service}.log'
            )


def wait_all_answering(
    cloud: layout.Cloud, services: abc.Iterable[str] = layout.SERVICES
) -> None:
    """Wait until the APIs of all the services answer."""
    jobs = [
        functools.partial(wait_answering, cloud, service)
        for service in services
    ]
    parallel.run(jobs, workers=len(jobs))


def service_states(admin: api.Session) -> list[dict[str, str]]:
    """Give what nova and cinder say about their services."""
    _ = admin.token
    # since then nova tells whether one was forced down
    headers = {'X-OpenStack-Nova-API-Version': '2.53'}
    return [
        {**each, 'service': service}
        for service in ('nova', 'cinder')
        for each in admin.get(service, '/os-services', headers=headers)[
            'services'
        ]
    ]


def _are_up(admin: api.Session) -> bool:
    check_alive(admin.cloud, layout.SERVICES)
    with contextlib.suppress(api.ApiError, OSError):
        up = {
            each['binary']
            for each in service_states(admin)
            if each['state'] == 'up' or each.get('forced_down')
        }
        pools = admin.get('cinder', '/scheduler-stats/get_pools')['pools']
        hosts = admin.get('nova', '/os-hypervisors')['hypervisors']
        return up >= SERVICES_UP and bool(pools and hosts)
    return False


def wait_up(cloud: layout.Cloud) -> None:
    """Wait until the schedulers see the backend and the hypervisor.

    :raises MinicloudError: when they do not in time.
    """
    admin = api.Session(cloud)
    if not waiting.until(lambda: _are_up(admin), LIMIT):
        raise layout.MinicloudError(
            f'services did not come up: see {cloud.logs}'
        )


def is_impaired(cloud: layout.Cloud) -> bool:
    """Tell whether someone made the cloud fail, by a fault or by force."""
    if cloud.faults.exists() and json.loads(cloud.faults.read_text()):
        return True
    states = service_states(api.Session(cloud))
    return any(each.get('forced_down') for each in states)


def boot(cloud: layout.Cloud, image_id: str) -> None:
    """Boot a server and delete it.

    :raises MinicloudError: when that fails.
    """
    admin = api.Session(cloud)
    server = {
        'name': 'minicloud-check',
        'imageRef': image_id,
        'flavorRef': 'tiny',
        'networks': 'none',
    }
    version = {'X-OpenStack-Nova-API-Version': '2.37'}
    answer = admin.post(
        'nova', '/servers', {'server': server}, headers=version
    )
    path = f'/servers/{answer["server"]["id"]}'
    status = _wait_status(admin, path, {'ACTIVE', 'ERROR'})
    admin.ask('DELETE', 'nova', path)
    gone = _wait_status(admin, path, {'ERROR', 'gone'})
    if (status, gone) != ('ACTIVE', 'gone'):
        raise layout.MinicloudError(
            'a server could not be booted and deleted (it became '
            f'{status}, then {gone}): see {cloud.logs / "nova.log"}'
        )


def _status(admin: api.Session, path: str) -> str:
    try:
        return admin.get('nova', path)['server']['status']
    except api.ApiError as error:
        if error.status == 404:
            return 'gone'
        raise


def _wait_status(admin: api.Session, path: str, wanted: set[str]) -> str:
    """Wait for one of the statuses; give the last one seen."""
    seen: list[str] = []

    def settled() -> bool:
        seen.append(_status(admin, path))
        return seen[-1] in wanted

    waiting.until(settled, LIMIT)
    return seen[-1]
