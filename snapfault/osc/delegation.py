"""By what right snapfault is to act for what is protected."""

import argparse
import getpass
import sys
import typing

from snapfault.osc import argument
from snapfault.osc import named

TRUST = 'trust'
ASSIGNMENT = 'assignment'
CREDENTIAL = 'application-credential'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the kind, and what belongs to it."""
    parser.add_argument(
        '--delegation',
        metavar='<kind>',
        choices=[TRUST, ASSIGNMENT, CREDENTIAL],
        help='By what right to act for the server: a trust that you give'
        ' with this command (trust, the default); the role that the'
        " service's user holds in the project (assignment, for admins); or an"
        ' application credential of yours (application-credential)',
    )
    parser.add_argument(
        '--delegation-project',
        metavar='<project>',
        help='With assignment: the project (name or id) that the server is'
        ' of, where that is not yours',
    )
    parser.add_argument(
        '--application-credential',
        metavar='<credential>',
        dest='credential',
        help='With application-credential: its name or id',
    )
    parser.add_argument(
        '--application-credential-secret-file',
        metavar='<file>',
        dest='secret_file',
        help='With application-credential: a file that holds its secret and'
        ' no more; - reads the standard input. Without it you are asked',
    )


def members(
    app: typing.Any, parsed_args: argparse.Namespace
) -> dict[str, typing.Any]:
    """Give the member ``delegation``; nothing where no option says it.

    :raises CommandError: options do not belong together
    """
    kind = parsed_args.delegation
    for needs, name, value in (
        (ASSIGNMENT, '--delegation-project', parsed_args.delegation_project),
        (CREDENTIAL, '--application-credential', parsed_args.credential),
        (
            CREDENTIAL,
            '--application-credential-secret-file',
            parsed_args.secret_file,
        ),
    ):
        if value is not None and kind != needs:
            argument.refuse(name, f'is for --delegation {needs} only')
    if kind is None:
        return {}
    found: dict[str, str] = {'kind': kind}
    if parsed_args.delegation_project is not None:
        found['project_id'] = named.looked_up(
            '--delegation-project',
            named.project_id,
            app,
            parsed_args.delegation_project,
        )
    if kind == CREDENTIAL:
        if parsed_args.credential is None:
            argument.refuse('--application-credential', 'say which it is')
        found['id'] = named.looked_up(
            '--application-credential',
            named.credential_id,
            app,
            parsed_args.credential,
        )
        found['secret'] = _secret(parsed_args.secret_file)
    return {'delegation': found}


def _secret(path: str | None) -> str:
    """Read a secret from where no list of processes shows it."""
    try:
        if path is None:
            secret = getpass.getpass('Secret of the application credential: ')
        elif path == '-':
            secret = sys.stdin.read()
        else:
            with open(path, encoding='utf-8') as file:
                secret = file.read()
    except (OSError, UnicodeDecodeError, EOFError) as error:
        argument.refuse('--application-credential-secret-file', str(error))
    secret = secret.strip()
    if not secret:
        argument.refuse(
            '--application-credential-secret-file', 'the secret is empty'
        )
    return secret
