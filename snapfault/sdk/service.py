"""How a connection of openstacksdk learns of the service."""

import typing

from openstack import connection as connections
from openstack import service_description

from snapfault.sdk import proxy


class FaultTolerance(service_description.ServiceDescription[proxy.Proxy]):
    """The service of the catalogue's type ``fault-tolerance``."""

    supported_versions: typing.ClassVar[typing.Any] = {'1': proxy.Proxy}


def register(connection: connections.Connection) -> None:
    """Give connections the attribute ``fault_tolerance``.

    openstacksdk registers for its whole class: other connections of the
    process have it as well. Named as ``vendor_hook`` in clouds.yaml,
    ``snapfault.sdk.service:register``, it runs by itself.
    """
    connection.add_service(FaultTolerance('fault-tolerance'))
