"""Ready means: asked, and answered."""

import concurrent.futures
import contextlib
import time
from collections import abc

from tests.minicloud import api
from tests.minicloud import layout
from tests.minicloud import process

#: Seconds for a service, or all of them, to come up.
LIMIT = 120
#: Seconds between questions.
PAUSE = 0.1
SERVICES_UP = frozenset(
    {
        'nova-compute',
        'nova-conductor',
        'nova-scheduler',
        'cinder-volume',
        'cinder-scheduler',
    }
)


def wait_answering(cloud: layout.Cloud, service: str) -> None:
    """Wait until the service's API answers.

    :raises MinicloudError: when its process dies, naming the log.
    """
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            # the socket listens already: this waits for the process
            api.request('GET', f'{cloud.origin(service)}/', timeout=2)
        except api.ApiError as error:
            if error.status < 500:
                return
        except (OSError, ValueError):
            check_alive(cloud, [service])
        else:
            return
        time.sleep(PAUSE)
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
    services = list(services)
    with concurrent.futures.ThreadPoolExecutor(len(services)) as pool:
        waits = [
            pool.submit(wait_answering, cloud, service)
            for service in services
        ]
        for wait in waits:
            wait.result()


def service_states(admin: api.Session) -> list[dict[str, str]]:
    """Give what nova and cinder say about their services."""
    _ = admin.token
    return [
        {**each, 'service': service}
        for service in ('nova', 'cinder')
        for each in admin.get(service, '/os-services')['services']
    ]


def _are_up(admin: api.Session) -> bool:
    up = {
        each['binary']
        for each in service_states(admin)
        if each['state'] == 'up'
    }
    return (
        up >= SERVICES_UP
        and bool(admin.get('cinder', '/scheduler-stats/get_pools')['pools'])
        and bool(admin.get('nova', '/os-hypervisors')['hypervisors'])
    )


def wait_up(cloud: layout.Cloud) -> None:
    """Wait until the schedulers see the backend and the hypervisor.

    :raises MinicloudError: when they do not in time.
    """
    admin, end = api.Session(cloud), time.monotonic() + LIMIT
    while time.monotonic() < end:
        with contextlib.suppress(api.ApiError, OSError):
            if _are_up(admin):
                return
        check_alive(cloud, layout.SERVICES)
        time.sleep(PAUSE)
    raise layout.MinicloudError(
        f'services did not come up: see {cloud.logs}'
    )


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
    if status != 'ACTIVE' or _wait_status(admin, path, {'ERROR', None}):
        raise layout.MinicloudError(
            f'a server could not be booted and deleted (it became {status}):'
            f' see {cloud.logs / "nova.log"}'
        )


def _wait_status(
    admin: api.Session, path: str, wanted: set[str | None]
) -> str | None:
    """Wait for one of the statuses; None is that of what is not there."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            status = admin.get('nova', path)['server']['status']
        except api.ApiError as error:
            if error.status != 404:
                raise
            status = None
        if status in wanted:
            return status
        time.sleep(PAUSE)
    return 'neither in time'
