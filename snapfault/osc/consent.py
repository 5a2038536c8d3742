"""Ask a person before something is lost."""

import argparse
import sys
import typing

from osc_lib import exceptions


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Add --yes."""
    parser.add_argument(
        '--yes', action='store_true', help='Do not ask before it is done'
    )


def ask(
    app: typing.Any, what: str, question: str, stdin_is_taken: bool = False
) -> None:
    """Go on only if a person says yes; no answer is a no.

    :param what: what is about to happen
    :param question: which a yes answers
    :param stdin_is_taken: by something else than a person
    :raises CommandError: nobody says yes
    """
    if stdin_is_taken or not sys.stdin.isatty():
        raise exceptions.CommandError(
            f'{what}: there is no terminal to ask for a yes on, so nothing'
            ' was done; give --yes to do it unasked'
        )
    app.stderr.write(f'{what}.\n{question} [y/N] ')
    app.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ('y', 'yes'):
        raise exceptions.CommandError('Nothing was done.')
