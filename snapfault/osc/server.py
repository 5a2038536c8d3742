"""Servers, as people name them."""

import typing

from openstack import exceptions as sdk_exceptions
from osc_lib import exceptions

from snapfault.osc import client


def find_id(app: typing.Any, server: str) -> str:
    """Give the id of a server that is named by its name or its id.

    The compute service is asked only for what is not an id by its form.

    :param app: the openstack client
    :raises CommandError: there is none, or more than one
    """
    if client.is_id(server):
        return server
    compute = app.client_manager.sdk_connection.compute
    try:
        found = compute.find_server(server, ignore_missing=True)
    except sdk_exceptions.DuplicateResource as error:
        raise exceptions.CommandError(
            f'there are several servers with the name {server!r}: say which '
            'by its id'
        ) from error
    if found is None:
        raise exceptions.CommandError(
            f'there is no server with the name or id {server!r}: '
            "'openstack server list' shows those of this project"
        )
    return str(found.id)
