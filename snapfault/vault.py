"""The secrets of application credentials, encrypted in the database."""

import datetime

from snapfault import errors
from snapfault import model
from snapfault import seal
from snapfault.db import api
from snapfault.db import delegations
from snapfault.db import sealed


class Vault:
    """Keeps secrets, and gives them to nobody but the way to the cloud."""

    def __init__(self, database: api.Database, sealing: seal.Seal) -> None:
        """Take where they are kept, and what encrypts them."""
        self._database = database
        self._seal = sealing

    def check(self) -> None:
        """See that something can be kept.

        :raises InvalidInput: the operator has set no key
        """
        if not self._seal.has_keys:
            raise errors.InvalidInput(
                'this service keeps no application credentials: its operator'
                ' has to set [delegation] encryption_keys first'
            )

    def keep(
        self,
        right: model.Delegation,
        credential: model.Credential | None,
        now: datetime.datetime,
    ) -> None:
        """Note a right that something is about to act by.

        :param credential: what of it is secret; None: nothing is
        :raises InvalidInput: as :meth:`check`
        """
        closed = None
        if credential is not None:
            self.check()
            closed = self._seal.close(credential.secret, right.right_id)
        delegations.add(self._database, right, now, credential, closed)

    def open(self, right_id: str) -> model.Credential:
        """Give an application credential with its secret.

        :raises DelegationDead: none is kept, or no key opens it
        """
        kept = sealed.of_right(self._database, right_id)
        if kept is None:
            raise errors.DelegationDead(
                'no application credential is kept for this right any more:'
                ' hand over another'
            )
        credential_id, closed = kept
        try:
            secret = self._seal.open(closed, right_id)
        except ValueError as error:
            raise errors.DelegationDead(
                f'application credential {credential_id} is kept, but'
                f' {error}: put the key that closed it back into'
                ' [delegation] encryption_keys, or hand over another'
            ) from error
        return model.Credential(credential_id, secret)

    def reseal(self) -> tuple[int, list[str]]:
        """Encrypt all secrets anew, by the first key.

        :returns: how many were; and the rights whose secret no key opens
        """
        done, shut = 0, []
        for right_id, was in sealed.by_right(self._database).items():
            try:
                closed = self._seal.renew(was)
            except ValueError:
                shut.append(right_id)
                continue
            done += sealed.replace(self._database, right_id, was, closed)
        return done, shut
