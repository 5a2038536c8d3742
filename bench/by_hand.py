"""Recoveries by plain HTTP, each call as soon as the cloud lets it."""

import functools
import time

import requests

LOOK = 0.02  #: seconds between two looks
LIMIT = 120  #: seconds that no stage may take
VERSIONS = {
    'compute': 'compute 2.96',
    'block-storage': 'volume 3.70',
    'image': 'image 2.0',
}


class Hand:
    """Asks Nova and Cinder as fast as they answer."""

    def __init__(self, owner, pool):
        self._pool = pool
        self._session = session = owner.cloud.session
        self._http = requests.Session()
        self._http.mount('http://', requests.adapters.HTTPAdapter(4, 16))
        self._http.headers['X-Auth-Token'] = session.get_token()
        self._urls = {
            kind: session.get_endpoint(service_type=kind) for kind in VERSIONS
        }
        self.project_id = session.get_project_id()

    def ask(self, method, kind, path, body=None):
        """Ask once, and give the answer's JSON."""
        answer = self._http.request(
            method,
            self._urls[kind] + path,
            json=body,
            headers={'OpenStack-API-Version': VERSIONS[kind]},
            timeout=LIMIT,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def renew(self):
        """Go on with a fresh token."""
        token = self._session.auth.get_auth_ref(self._session).auth_token
        self._http.headers['X-Auth-Token'] = token

    def together(self, *calls):
        """Ask for all at once, and give the answers."""
        return list(self._pool.map(lambda call: self.ask(*call), calls))

    def at_once(self, works):
        """Do all at once."""
        list(self._pool.map(lambda work: work(), works))

    def wait(self, *looks):
        """Look again and again until each look gives true."""
        end = time.monotonic() + LIMIT
        while not all(self._pool.map(lambda look: look(), looks)):
            assert time.monotonic() < end
            time.sleep(LOOK)

    def act(self, server_id, **action):
        """Ask for an action of a server."""
        path = f'/servers/{server_id}/action'
        self.ask('POST', 'compute', path, action)

    def server_is(self, server_id, status):
        """Give the look at a server."""

        def look():
            path = f'/servers/{server_id}'
            found = self.ask('GET', 'compute', path)['server']
            is_idle = found['OS-EXT-STS:task_state'] is None
            return is_idle and found['status'] == status

        return look

    def all_are(self, kind, ids, status):
        """Give the look at some volumes, or snapshots, in one list."""

        def look():
            path = f'/{kind}/detail?limit=1000&status={status}'
            found = self.ask('GET', 'block-storage', path)[kind]
            return set(ids) <= {each['id'] for each in found}

        return look


class Changes:
    """Brings a service back by the calls that change something."""

    def __init__(self, hand, business, points):
        """Begin.

        :param points: snapshots by the device of their volume
        """
        self._hand = hand
        self._server = f'/servers/{business.server_id}'
        self._server_id = business.server_id
        self._attachments = f'{self._server}/os-volume_attachments'
        self._image_id = business.image_id
        self._damaged = business.volume_ids
        self._points = points

    def recover(self):
        """Do it, and give the seconds."""
        begun = time.monotonic()
        self.before()
        self._save()
        clones = self._rebuild()
        self._hand.act(self._server_id, **{'os-stop': None})
        self._hand.wait(self._hand.server_is(self._server_id, 'SHUTOFF'))
        damaged = self._damaged.values()
        self._hand.at_once(
            functools.partial(self.detach, each) for each in damaged
        )
        self._hand.wait(self._hand.all_are('volumes', damaged, 'available'))
        self.detached()
        self._attach(clones)
        self._hand.wait(self._hand.all_are('volumes', clones, 'in-use'))
        self.attached()
        self._hand.act(self._server_id, **{'os-start': None})
        self._hand.wait(self._hand.server_is(self._server_id, 'ACTIVE'))
        self.after()
        return time.monotonic() - begun

    def before(self):
        """Look at nothing."""

    def detached(self):
        """Look at nothing."""

    def attached(self):
        """Look at nothing."""

    def after(self):
        """Look at nothing."""

    def detach(self, volume_id):
        """Ask for it."""
        path = f'{self._attachments}/{volume_id}'
        self._hand.ask('DELETE', 'compute', path)

    def _save(self):
        made = self._hand.together(
            *(
                (
                    'POST',
                    'block-storage',
                    '/snapshots',
                    {'snapshot': {'volume_id': each, 'force': True}},
                )
                for each in self._damaged.values()
            )
        )
        safe = [each['snapshot']['id'] for each in made]
        self._hand.wait(self._hand.all_are('snapshots', safe, 'available'))

    def _rebuild(self):
        wanted = {'rebuild': {'imageRef': self._image_id}}
        _, *made = self._hand.together(
            ('POST', 'compute', f'{self._server}/action', wanted),
            *(
                (
                    'POST',
                    'block-storage',
                    '/volumes',
                    {'volume': {'snapshot_id': each, 'size': 1}},
                )
                for each in self._points.values()
            ),
        )
        clones = [each['volume']['id'] for each in made]
        self._hand.wait(
            self._hand.server_is(self._server_id, 'ACTIVE'),
            self._hand.all_are('volumes', clones, 'available'),
        )
        return clones

    def _attach(self, clones):
        self._hand.together(
            *(
                (
                    'POST',
                    'compute',
                    self._attachments,
                    {'volumeAttachment': {'volumeId': clone, 'device': place}},
                )
                for clone, place in zip(clones, self._damaged, strict=True)
            )
        )


class Careful(Changes):
    """Looks, too, at all that snapfault looks at."""

    LISTS = (
        ('GET', 'block-storage', '/volumes/detail?limit=1000'),
        ('GET', 'block-storage', '/snapshots/detail?limit=1000'),
    )

    def before(self):
        """Look what there is, and whether one may still."""
        project_id = self._hand.project_id
        quota = f'/os-quota-sets/{project_id}?usage=True'
        self._hand.at_once(
            (
                self._hand.renew,
                functools.partial(
                    self._hand.together,
                    ('GET', 'compute', self._server),
                    ('GET', 'compute', self._attachments),
                    ('GET', 'block-storage', quota),
                    ('GET', 'image', f'/v2/images/{self._image_id}'),
                    *self.LISTS,
                ),
            )
        )

    def detach(self, volume_id):
        """See that it is there, and leave a mark on it before."""
        path = f'/volumes/{volume_id}'
        self._hand.ask('GET', 'block-storage', path)
        mark = {'metadata': {'kept': 'by hand'}}
        self._hand.ask('POST', 'block-storage', f'{path}/metadata', mark)
        super().detach(volume_id)

    def detached(self):
        """Hear Nova as well, and find what is to be attached."""
        self.attached()
        self._hand.ask(*self.LISTS[0])

    def attached(self):
        """Hear Nova as well."""
        self._hand.ask('GET', 'compute', self._attachments)

    def after(self):
        """Look once more whether all is in its place, and what is left."""
        self._hand.ask(*self.LISTS[0])
        self._hand.together(('GET', 'compute', self._attachments), *self.LISTS)
