"""What a page of another origin may send, and read of an answer.

An operator names the origins in ``[cors] allowed_origin``; by default there
are none.
"""

from oslo_middleware import cors

SENT = (
    'X-Auth-Token',
    'X-OpenStack-Request-ID',
    'OpenStack-API-Version',
    'If-Match',
)
READ = (
    'X-OpenStack-Request-ID',
    'OpenStack-API-Version',
    'ETag',
    'Location',
    'Retry-After',
)


def set_defaults() -> None:
    """Say so to oslo.middleware, whose own defaults are no headers at all."""
    cors.set_defaults(allow_headers=list(SENT), expose_headers=list(READ))
