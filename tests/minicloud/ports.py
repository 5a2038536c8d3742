"""Free ports on the loopback address."""

import contextlib
import random
import socket

from tests.minicloud import layout

#: Below the range from which the kernel takes ports for clients: such a
#: one could be in use when a cloud that was down comes back to its ports.
RANGE = range(20000, 32000)


def _is_free(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        try:
            probe.bind((layout.HOST, port))
        except OSError:
            return False
    return True


def choose() -> dict[str, int]:
    """Give each service, and the product, a port nothing listens on."""
    names = (*layout.SERVICES, layout.PRODUCT)
    candidates = random.sample(RANGE, len(RANGE))
    free = (port for port in candidates if _is_free(port))
    return dict(zip(names, free, strict=False))
