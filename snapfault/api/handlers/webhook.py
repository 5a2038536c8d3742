"""The webhook of a protection."""

from snapfault.api import call
from snapfault.api import webhook
from snapfault.db import webhooks


def create(this: call.Call) -> call.Answer:
    """Give a protection a webhook; the address of an earlier one ends.

    Nobody is shown the address again.
    """
    protection_id, secret = this.ids['protection_id'], webhook.new_secret()
    webhooks.set_hash(
        this.database, this.scope, protection_id, webhook.hash_of(secret)
    )
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


def delete(this: call.Call) -> call.Answer:
    """Let a protection have no webhook; one that has none is well so."""
    webhooks.set_hash(
        this.database, this.scope, this.ids['protection_id'], None
    )
    return call.Answer(status=204)
