"""Which addresses a check may reach: the server's own, and no others."""

import ipaddress
import typing

from snapfault import resource

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Never a server's, beyond what ipaddress has a word for.
NEVER: typing.Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        '0.0.0.0/8',  # this network: Linux takes 0.0.0.0 for itself
        'fd00:ec2::254/128',  # the metadata service, as cloud-init asks it
        '100.100.100.200/32',  # likewise
        # What a gateway turns into IPv4, into any address at all. Python
        # calls the translation prefixes 64:ff9b::/96 and /48, and addresses
        # that hold an IPv4 one, reserved; these it does not.
        '2001::/32',  # Teredo
        '2002::/16',  # 6to4
    )
)


def is_allowed(text: str) -> bool:
    """Say whether an address can be a server's, as seen from the worker.

    A tenant chooses the addresses of its own networks: one of the worker
    itself, or of the link it is on, is never a server's. A name is no
    address: nothing is asked of DNS, whose answer may change.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (
        address.is_loopback
        or address.is_link_local  # the metadata service, above all
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or _is_site_local(address)
        or any(address in each for each in NEVER)
    )


def _is_site_local(address: Address) -> bool:
    return isinstance(address, ipaddress.IPv6Address) and (
        address.is_site_local or address.scope_id is not None
    )


def of(server: resource.Server) -> list[str]:
    """Give the addresses to try, as Nova shows them."""
    return [each for each in server.addresses if is_allowed(each)]
