"""What other services know, as people name it: by its name or its id."""

import collections.abc
import typing

from osc_lib import exceptions

from snapfault.osc import argument
from snapfault.osc import client

App = typing.Any  #: the openstack client
Listed = collections.abc.Iterable[typing.Any]


def server_id(app: App, name: str) -> str:
    """Give the id of a server.

    :raises CommandError: there is none of that name, or more than one; the
        message of each of these functions says what to do
    """
    return _id('server', 'openstack server list', name, _servers, app)


def project_id(app: App, name: str) -> str:
    """Give the id of a project.

    :raises CommandError: see :func:`server_id`
    """
    return _id('project', 'openstack project list', name, _projects, app)


def network_id(app: App, name: str) -> str:
    """Give the id of a network.

    :raises CommandError: see :func:`server_id`
    """
    return _id('network', 'openstack network list', name, _networks, app)


def credential_id(app: App, name: str) -> str:
    """Give the id of an application credential of whoever asks.

    :raises CommandError: see :func:`server_id`
    """
    command = 'openstack application credential list'
    what = 'application credential'
    return _id(what, command, name, _credentials, app)


def looked_up(
    option: str,
    look: collections.abc.Callable[[typing.Any, str], str],
    app: typing.Any,
    name: str,
) -> str:
    """Give what an option's name stands for.

    :param look: one of the functions above
    :raises CommandError: it stands for nothing, or for several
    """
    try:
        return look(app, name)
    except exceptions.CommandError as error:
        argument.refuse(option, str(error))


def _id(
    what: str,
    command: str,
    name: str,
    listed: collections.abc.Callable[[App, str], Listed],
    app: App,
) -> str:
    """Give the only one of a name; what is an id by its form is not asked for.

    :param command: what shows those there are
    """
    from openstack import exceptions as sdk_exceptions

    if client.is_id(name):
        return name
    try:
        found = [each.id for each in listed(app, name) if each.name == name]
    except sdk_exceptions.ForbiddenException as error:
        raise exceptions.CommandError(
            f'you may not look for the {what} {name!r} by its name: give its'
            ' id'
        ) from error
    except sdk_exceptions.SDKException as error:
        raise exceptions.CommandError(
            f'the {what} {name!r} could not be looked for: {error}; its id'
            ' needs no look'
        ) from error
    if not found:
        raise exceptions.CommandError(
            f'there is no {what} with the name or id {name!r}:'
            f" '{command}' shows those you may name"
        )
    if len(found) > 1:
        raise exceptions.CommandError(
            f'there is more than one {what} with the name {name!r}: say which'
            f' by its id, {" or ".join(sorted(found))}'
        )
    return str(found[0])


def _servers(app: App, name: str) -> Listed:
    compute = app.client_manager.sdk_connection.compute
    return typing.cast(Listed, compute.servers(details=False, name=name))


def _projects(app: App, name: str) -> Listed:
    identity = app.client_manager.sdk_connection.identity
    return typing.cast(Listed, identity.projects(name=name))


def _networks(app: App, name: str) -> Listed:
    network = app.client_manager.sdk_connection.network
    return typing.cast(Listed, network.networks(name=name))


def _credentials(app: App, name: str) -> Listed:
    manager = app.client_manager
    identity = manager.sdk_connection.identity
    user_id = manager.auth_ref.user_id
    return typing.cast(
        Listed, identity.application_credentials(user_id, name=name)
    )
