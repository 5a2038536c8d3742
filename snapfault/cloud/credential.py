"""Log in by an application credential whose secret is kept elsewhere."""

import collections.abc
import typing

from keystoneauth1.identity import v3

from snapfault import model

#: Gives an application credential with its secret.
Open = collections.abc.Callable[[], model.Credential]


class Plugin(v3.Auth):  # type: ignore[misc]
    """Asks for the secret each time a token is due, and does not keep it."""

    def __init__(self, auth_url: str, opens: Open) -> None:
        """Take where Keystone is.

        :param opens: raises DelegationDead where there is none any more
        """
        super().__init__(auth_url, [])
        self._opens = opens

    def get_auth_ref(
        self, session: typing.Any, **options: typing.Any
    ) -> typing.Any:
        """Fetch a token; keystoneauth lets one thread do so at a time."""
        found = self._opens()
        self.auth_methods = [
            v3.ApplicationCredentialMethod(
                application_credential_id=found.id,
                application_credential_secret=found.secret,
            )
        ]
        try:
            return super().get_auth_ref(session, **options)
        finally:
            self.auth_methods = []
