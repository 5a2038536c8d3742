"""One identity's door to the services: every call goes through one."""

import collections.abc
import functools
import types
import typing
import urllib.parse

from keystoneauth1 import session as ksa_session
from keystoneauth1.identity import base as identity
from openstack import connection
from openstack import exceptions as sdk_exceptions

from snapfault import errors
from snapfault import tracing
from snapfault.cloud import request_ids
from snapfault.cloud import retry
from snapfault.cloud import translate

#: The newest microversion whose answers we have seen; an older cloud is
#: asked with its own newest.
NEWEST: typing.Final = {'compute': (2, 96), 'block_storage': (3, 70)}
#: Below these a call would do something else than it says: Nova shows no
#: tags and takes no delete_on_termination; Cinder ignores the filter by
#: metadata and lists everything.
OLDEST: typing.Final = {'compute': (2, 79), 'block_storage': (3, 22)}

#: How Nova, Cinder, Glance and Neutron name a request in their answer.
REQUEST_ID: typing.Final = 'x-openstack-request-id'

#: Turns Keystone's refusal of a token into the error to raise.
Denied = collections.abc.Callable[[str, Exception], errors.SnapfaultError]

_NOTHING: typing.Final[translate.Meaning] = types.MappingProxyType({})


class Door:
    """Asks services in the name of the identity of a session.

    Services go by the SDK's names: 'compute', 'block_storage', 'image'.
    Their JSON is read as they write it. The SDK's resource objects would
    cost more than the call itself in a list of a thousand.
    """

    def __init__(
        self,
        session: ksa_session.Session,
        connected: connection.Connection,
        denied: Denied,
        read_deadline: float,
        roles: collections.abc.Collection[str] = (),
    ) -> None:
        """Take a session, and what it is good for.

        :param roles: names of those without which its token is worth nothing
        """
        self.session = session
        self._roles = roles
        self._connection = connected
        self._denied = denied
        self._read_deadline = read_deadline
        self._versions: dict[str, tuple[int, ...] | None] = {}

    def check(self) -> None:
        """Fetch a fresh token.

        :raises SnapfaultError: what ``denied`` made of Keystone's refusal
        :raises CloudUnavailable: Keystone gave no answer
        """
        asked = 'asking Keystone for a fresh token'
        auth = self.session.auth
        try:
            if isinstance(auth, identity.BaseIdentityPlugin):
                # what is asked meanwhile goes on with the one there is
                auth.auth_ref = auth.get_auth_ref(self.session)
            else:
                self.session.invalidate()
                self.session.get_token()
            if not self._roles:
                return
            held = auth.get_access(self.session).role_names
        except translate.FAILURES as error:
            self.session.invalidate()
            raise self._token_refused(asked, error) from error
        missing = sorted(set(self._roles).difference(held))
        if missing:
            lacks = f'the token lacks the role {missing[0]!r}'
            raise self._denied(asked, PermissionError(lacks))

    @property
    def user_id(self) -> str:
        """Whose door it is."""
        asked = 'asking Keystone who we are'
        try:
            return str(self.session.get_user_id())
        except translate.FAILURES as error:
            raise self._token_refused(asked, error) from error

    @property
    def project_id(self) -> str:
        """Which project it is a door to."""
        asked = 'asking Keystone which project this is'
        try:
            return str(self.session.get_project_id())
        except translate.FAILURES as error:
            raise self._token_refused(asked, error) from error

    def offers(self, service: str) -> bool:
        """Tell whether the catalogue has a service at all."""
        asked = f'asking Keystone for {service}'
        try:
            return bool(getattr(self._connection, service).get_endpoint())
        except translate.FAILURES as error:
            raise self._token_refused(asked, error) from error

    def speaks(self, service: str, version: tuple[int, ...]) -> bool:
        """Tell whether a service is asked with a microversion or a newer one.

        Known without a call once it was asked anything.

        :raises CloudRefused: the cloud is too old for anything
        """
        asked = f'asking {service} which microversions it has'
        try:
            chosen = self._microversion(service)
        except translate.FAILURES as error:
            raise self._token_refused(asked, error) from error
        return chosen is not None and chosen >= version

    def get(
        self,
        service: str,
        *path: str,
        params: collections.abc.Mapping[str, typing.Any] | None = None,
    ) -> typing.Any:
        """Read; tried again while the service is away.

        :param path: its segments, which are quoted
        """
        return retry.read(
            self._read_deadline,
            functools.partial(
                self.change, 'GET', service, *path, params=params
            ),
        )

    def change(
        self,
        method: str,
        service: str,
        *path: str,
        meaning: translate.Meaning = _NOTHING,
        **options: typing.Any,
    ) -> typing.Any:
        """Ask once.

        :param path: its segments, which are quoted
        :param meaning: what a status means here and not in general
        :returns: the answer's JSON; None: it is empty
        """
        url = ''.join(f'/{urllib.parse.quote(each, "")}' for each in path)
        asked = f'{method} {url} of {service}'
        try:
            with tracing.span(f'{method} {service}', url=url):
                return self._ask(method, service, url, options)
        except translate.FAILURES as error:
            if translate.is_suspect(error):
                self.check()
            raise translate.translate(asked, error, meaning) from error
        except ValueError as error:
            raise errors.CloudUnavailable(
                f'{asked}: the answer is no JSON'
            ) from error

    def _ask(
        self,
        method: str,
        service: str,
        url: str,
        options: dict[str, typing.Any],
    ) -> typing.Any:
        version = self._microversion(service)
        response = getattr(self._connection, service).request(
            url,
            method,
            microversion=None if version is None else _text(version),
            headers=tracing.headers(),
            **options,
        )
        if method != 'GET':
            request_ids.note(response.headers.get(REQUEST_ID))
        sdk_exceptions.raise_from_response(response)
        return response.json() if response.content else None

    def _microversion(self, service: str) -> tuple[int, ...] | None:
        """Choose the version to ask with, once for each service.

        :raises CloudRefused: the cloud is too old
        """
        if service not in self._versions:
            self._versions[service] = self._negotiated(service)
        return self._versions[service]

    def _negotiated(self, service: str) -> tuple[int, ...] | None:
        if service not in NEWEST:
            return None
        data = getattr(self._connection, service).get_endpoint_data()
        if data is None or data.max_microversion is None:
            raise sdk_exceptions.ServiceDiscoveryException(
                f'{service} does not say which microversions it has'
            )
        chosen = min(NEWEST[service], tuple(data.max_microversion))
        if chosen < OLDEST[service]:
            raise errors.CloudRefused(
                f'{service} speaks microversions to {_text(chosen)}: '
                f'{_text(OLDEST[service])} is needed'
            )
        return chosen

    def _token_refused(
        self, asked: str, error: Exception
    ) -> errors.SnapfaultError:
        if translate.is_denied(error):
            return self._denied(asked, error)
        return translate.translate(asked, error, _NOTHING)


def _text(version: tuple[int, ...]) -> str:
    return '.'.join(str(part) for part in version)
