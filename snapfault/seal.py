"""Close secrets for the database, and open them again. Pure.

Fernet, of cryptography: AES in CBC mode with an HMAC, so that what was
changed does not open. The first key closes; all of them open, which is what
lets an operator put a new one in front and seal everything anew.
"""

import collections.abc
import json

from cryptography import fernet


class Seal:
    """Closes and opens by the keys of a configuration."""

    def __init__(self, keys: collections.abc.Iterable[str]) -> None:
        """Take the keys, the one that closes first.

        :raises ValueError: one is no key; it is not named
        """
        try:
            made = [fernet.Fernet(each.strip()) for each in keys]
        except ValueError:
            # what cryptography says of it could quote it
            raise ValueError(
                'a key is 32 bytes in URL-safe base64, as `snapfault-manage'
                ' delegation key` makes them'
            ) from None
        self._keys = fernet.MultiFernet(made) if made else None

    @property
    def has_keys(self) -> bool:
        """Whether anything can be closed."""
        return self._keys is not None

    def close(self, secret: str, owner: str) -> str:
        """Encrypt a secret.

        :param owner: the id of the row it is for: in no other does it open
        :raises ValueError: there is no key
        """
        if self._keys is None:
            raise ValueError('there is no key')
        inside = json.dumps({'owner': owner, 'secret': secret})
        return self._keys.encrypt(inside.encode()).decode()

    def open(self, closed: str, owner: str) -> str:
        """Decrypt a secret.

        :param owner: as it was closed with
        :raises ValueError: no key opens it, or it was another row's
        """
        try:
            if self._keys is None:
                raise fernet.InvalidToken
            inside = json.loads(self._keys.decrypt(closed.encode()))
        except fernet.InvalidToken:
            raise ValueError('no key opens it') from None
        if inside['owner'] != owner:
            raise ValueError('it was closed for another row')
        return str(inside['secret'])

    def renew(self, closed: str) -> str:
        """Close by the first key what any of them opens.

        :raises ValueError: none does
        """
        try:
            if self._keys is None:
                raise fernet.InvalidToken
            return self._keys.rotate(closed.encode()).decode()
        except fernet.InvalidToken:
            raise ValueError('no key opens it') from None


def new_key() -> str:
    """Make a key."""
    return fernet.Fernet.generate_key().decode()
