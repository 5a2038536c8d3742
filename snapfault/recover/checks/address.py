"""Which addresses a check may reach: the server's own, and no others."""

import ipaddress

from snapfault import resource


def is_allowed(text: str) -> bool:
    """Say whether an address can be a server's, as seen from the worker.

    A tenant chooses the addresses of its own networks: one of the worker
    itself, or of the link it is on, is never a server's.
    """
    address = ipaddress.ip_address(text)
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
    )


def of(server: resource.Server) -> list[str]:
    """Give the addresses to try, as Nova shows them."""
    return [each for each in server.addresses if is_allowed(each)]
