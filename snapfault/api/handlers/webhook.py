"""The webhook of a protection.

It is part of the protection, whose generation a change of it may name.
"""

from snapfault.api import call
from snapfault.api import precondition
from snapfault.api import webhook
from snapfault.db import protections
from snapfault.db import webhooks


@precondition.settled
def create(this: call.Call) -> call.Answer:
    """Give a protection a webhook; the address of an earlier one ends.

    Nobody is shown the address again.
    """
    protection_id, secret = this.ids['protection_id'], webhook.new_secret()
    _set_hash(this, webhook.hash_of(secret))
    path = f'/v1/webhooks/{protection_id}/{secret}'
    return call.Answer(
        {
            'webhook': {
                'protection_id': protection_id,
                'url': f'{this.request.application_url}{path}',
            }
        },
        status=201,
    )


@precondition.settled
def delete(this: call.Call) -> call.Answer:
    """Let a protection have no webhook; one that has none is well so."""
    _set_hash(this, None)
    return call.Answer(status=204)


def _set_hash(this: call.Call, webhook_hash: str | None) -> None:
    protection = protections.get(
        this.database, this.scope, this.ids['protection_id']
    )
    precondition.check(this, 'protection', protection.generation)
    webhooks.set_hash(this.database, protection, webhook_hash)
