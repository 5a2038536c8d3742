"""What is answered about webhooks."""

from snapfault.api.answers import form

MADE = form.one(
    'webhook',
    form.whole({'protection_id': form.TEXT, 'url': form.TEXT}),
    status=201,
)
