"""The REST API of the fault tolerance service, thinly."""

import collections.abc
import typing
import urllib.parse
import uuid

from keystoneauth1 import exceptions as keystone_exceptions
from osc_lib import exceptions

from snapfault.osc import answer

#: One resource as the API writes it: text, numbers, lists and mappings.
Record = dict[str, typing.Any]
Query = collections.abc.Mapping[str, typing.Any]


class Unreachable(exceptions.CommandError):
    """No answer came: the service may be back in a moment."""


class Client:
    """The service as one user sees it."""

    def __init__(self, adapter: typing.Any) -> None:
        """Speak through a keystoneauth adapter; nothing is sent yet."""
        self._adapter = adapter
        self._root: str | None = None
        self.policies = Collection(
            *(self, 'policies', 'policy', 'name'),
            listing='openstack protection policy list',
        )
        self.protections = Collection(
            *(self, 'protections', 'protection', 'business_id'),
            listing='openstack protection list',
        )
        self.tasks = Collection(self, 'tasks', 'task')
        self.points = Collection(self, 'recovery-points', 'recovery_point')
        self.recoveries = Collection(self, 'recoveries', 'recovery')
        self.readiness = Collection(self, 'readiness', 'readiness')
        self.drills = Collection(self, 'drills', 'drill')

    def plan(self, query: Query) -> list[Record]:
        """List what would run next, in that order."""
        body = self.request('GET', with_query('plan', query))
        return typing.cast(list[Record], body['plan']['tasks'])

    def recovery_plan(self, query: Query) -> Record:
        """Give what a recovery would do; nothing is changed."""
        body = self.request('GET', with_query('recovery-plan', query))
        return typing.cast(Record, body['recovery_plan'])

    def report(self, recovery_id: str, all_projects: bool = False) -> Record:
        """Give the report of a recovery, in sections and as one text."""
        path = f'recoveries/{urllib.parse.quote(recovery_id, safe="")}/report'
        query = {'all_projects': all_projects or None}
        body = self.request('GET', with_query(path, query))
        return typing.cast(Record, body['report'])

    def schedule_preview(self, members: Record) -> list[Record]:
        """List when runs would be; nothing is kept."""
        body = self.request(
            'POST', 'schedule-previews', {'schedule_preview': members}
        )
        return typing.cast(list[Record], body['schedule_preview']['runs'])

    def request(
        self,
        method: str,
        path: str,
        body: Record | None = None,
        generation: int | str | None = None,
    ) -> Record:
        """Send one request and give the body of its answer.

        :param generation: what a change is meant for; None: whatever stands
        :returns: an empty mapping where the answer has no body
        :raises ClientException: the service said no; says why
        :raises Unreachable: the service did not answer
        """
        try:
            response = self._adapter.request(
                self._under_root(path),
                method,
                json=body,
                headers=_headers(generation),
                raise_exc=False,
            )
        except keystone_exceptions.ConnectionError as error:
            raise Unreachable(
                f'The fault tolerance service did not answer: {error}'
            ) from error
        if response.status_code >= 400:
            raise answer.refusal(response)
        return answer.json_of(response)

    def _under_root(self, path: str) -> str:
        """Put /v1 before a path, unless the catalogue's URL ends in it."""
        if self._root is None:
            endpoint = self._endpoint()
            has_version = endpoint.rstrip('/').endswith('/v1')
            self._root = '' if has_version else '/v1'
        return f'{self._root}/{path}'

    def _endpoint(self) -> str:
        """Give where the service is, as the catalogue says."""
        try:
            endpoint = self._adapter.get_endpoint()
        except keystone_exceptions.CatalogException:
            endpoint = None
        if not endpoint:
            raise exceptions.EndpointNotFound(
                'The catalogue has no endpoint of the service type '
                'fault-tolerance for this region and interface: see '
                "'openstack catalog list', or set "
                'fault_tolerance_endpoint_override in clouds.yaml'
            )
        return str(endpoint)


class Collection:
    """The resources of one kind."""

    def __init__(
        self,
        client: Client,
        path: str,
        key: str,
        by: str | None = None,
        listing: str = '',
    ) -> None:
        """Name a kind.

        :param by: the member that people know one by
        :param listing: the command that lists them
        """
        self._client = client
        self._path = path
        self._key = key
        self._by = by
        self._listing = listing

    @property
    def noun(self) -> str:
        """The word for one of them, as a person reads it."""
        return self._key.replace('_', ' ')

    def list(self, query: Query, limit: int | None = None) -> list[Record]:
        """List them, page after page, newest first without a ``sort``.

        :param limit: the most to give; None for all
        """
        page = self._client.request(
            'GET', with_query(self._path, {**query, 'limit': limit})
        )
        plural = self._path.replace('-', '_')
        found: list[Record] = list(page[plural])
        while page[plural] and (limit is None or len(found) < limit):
            rest = next_query(page.get(f'{plural}_links', ()))
            if rest is None:
                break
            page = self._client.request('GET', f'{self._path}?{rest}')
            found += page[plural]
        return found[:limit]

    def get(self, identity: str, all_projects: bool = False) -> Record:
        """Give the one with an id."""
        query = {'all_projects': all_projects or None}
        return self._send('GET', with_query(self._one(identity), query))

    def create(self, members: Record) -> Record:
        """Make one."""
        return self._send('POST', self._path, members)

    def update(
        self,
        identity: str,
        members: Record,
        generation: int | None = None,
    ) -> Record:
        """Replace some members of one.

        :param generation: as it was read: if somebody changed it since, it is
            refused; None: it is changed however it is
        """
        return self._send('PATCH', self._one(identity), members, generation)

    def act(
        self, identity: str, action: str, members: Record | None = None
    ) -> Record:
        """Have something done about one; gives what comes of it."""
        path = f'{self._one(identity)}/{action}'
        return self._send('POST', path, members)

    def delete(self, identity: str) -> Record | None:
        """Delete one, or ask that it be.

        :returns: what is still there, and goes in a while; None: nothing is
        """
        answer = self._client.request('DELETE', self._one(identity))
        return answer.get(self._key)

    def find(self, name: str, all_projects: bool = False) -> Record:
        """Give the one with a name, or with an id.

        :param name: of a policy its name, of a protection its business id;
            or an id
        :raises CommandError: there is none, or more than one
        """
        if is_id(name):
            try:
                return self.get(name, all_projects)
            except exceptions.NotFound:
                pass  # somebody may have named one like an id
        assert self._by is not None
        query = {self._by: name, 'all_projects': all_projects or None}
        found = self.list(query, limit=2)
        if len(found) == 1:
            return found[0]
        by = self._by.replace('_', ' ')
        what = f'{self.noun} with the id or {by} {name!r}'
        if not found:
            raise exceptions.CommandError(
                f"There is no {what}: '{self._listing}' shows those there are"
            )
        raise exceptions.CommandError(
            f'There is more than one {what}: say which by its id,'
            f' {" or ".join(_told(each) for each in self.list(query))}'
        )

    def _one(self, identity: str) -> str:
        return f'{self._path}/{urllib.parse.quote(identity, safe="")}'

    def _send(
        self,
        method: str,
        path: str,
        members: Record | None = None,
        generation: int | None = None,
    ) -> Record:
        body = None if members is None else {self._key: members}
        answer = self._client.request(method, path, body, generation)
        return typing.cast(Record, answer[self._key])


def _told(record: Record) -> str:
    if record.get('project_id') is None:
        return str(record['id'])
    return f'{record["id"]} (project {record["project_id"]})'


def _headers(generation: int | str | None) -> dict[str, str]:
    headers = {'Accept': 'application/json'}
    if generation is not None:
        headers['If-Match'] = f'"{generation}"'
    return headers


def is_id(text: str) -> bool:
    """Whether a text has the form of an id the service gives."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def with_query(path: str, query: Query) -> str:
    """Put a query behind a path; what is None is left out."""
    pairs = {
        key: 'true' if value is True else value
        for key, value in query.items()
        if value is not None
    }
    return f'{path}?{urllib.parse.urlencode(pairs)}' if pairs else path


def next_query(links: collections.abc.Iterable[Record]) -> str | None:
    """Give the query of the next page; None on the last one.

    Only the query is taken from the link: behind a proxy the rest of it may
    name a scheme or host that we must not send a token to.
    """
    for link in links:
        if link.get('rel') == 'next':
            return urllib.parse.urlsplit(link['href']).query
    return None
