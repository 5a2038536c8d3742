"""The options that share a policy with other projects."""

import argparse
import typing

from openstack import exceptions as sdk_exceptions
from osc_lib import exceptions

from snapfault.osc import client

#: What the API calls all projects.
ALL: typing.Final = '*'


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        '--share-with',
        metavar='<project>',
        action='append',
        help='Let another project (name or id) use the policy; may be given '
        'several times, and replaces those it was shared with (admin)',
    )
    group.add_argument(
        '--public',
        action='store_true',
        help='Let all projects use the policy (admin)',
    )
    group.add_argument(
        '--private',
        action='store_true',
        help='Let no other project use the policy (admin; default for a new '
        'one)',
    )


def names_anything(parsed_args: argparse.Namespace) -> bool:
    """Whether the options say anything."""
    return bool(
        parsed_args.share_with or parsed_args.public or parsed_args.private
    )


def members(app: typing.Any, parsed_args: argparse.Namespace) -> client.Record:
    """Give the member that the options stand for, or none.

    :raises CommandError: there is no such project
    """
    if parsed_args.public:
        return {'shared_with': [ALL]}
    if parsed_args.private:
        return {'shared_with': []}
    if not parsed_args.share_with:
        return {}
    found = {_find_id(app, each): None for each in parsed_args.share_with}
    return {'shared_with': list(found)}


def _find_id(app: typing.Any, project: str) -> str:
    """Give the id of a project; Keystone is asked for what is none by form."""
    if client.is_id(project):
        return project
    identity = app.client_manager.sdk_connection.identity
    try:
        found = identity.find_project(project, ignore_missing=True)
    except sdk_exceptions.DuplicateResource as error:
        raise exceptions.CommandError(
            f'there are several projects with the name {project!r}: say which'
            ' by its id'
        ) from error
    except sdk_exceptions.ForbiddenException:
        found = None  # who may not look may know the id
    if found is None:
        raise exceptions.CommandError(
            f'there is no project with the name or id {project!r}, or you may'
            " not look: 'openstack project list' shows those there are"
        )
    return str(found.id)
