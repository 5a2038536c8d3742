"""``pause`` and ``unpause``, of protections and of policies."""

import argparse
import typing

from snapfault.osc import client
from snapfault.osc import command
from snapfault.osc import policy
from snapfault.osc import protection


class _Switch(command.Several):
    """A command that pauses, or the other way, one or several."""

    paused: typing.ClassVar[bool]
    names: typing.ClassVar[tuple[str, str]]  #: metavar and help

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take one or several."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        metavar, text = self.names
        parser.add_argument('names', metavar=metavar, nargs='+', help=text)
        return parser

    def collection(self) -> client.Collection:
        """Give where they are found."""
        raise NotImplementedError

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Switch each; one that fails does not keep the others.

        :raises CommandError: some were not switched
        """
        known = self.collection()

        def switch(name: str) -> None:
            known.update(known.find(name)['id'], {'paused': self.paused})

        done = 'paused' if self.paused else 'unpaused'
        self.each(parsed_args.names, switch, done)


class _Protections(_Switch):
    names = ('<protection>', protection.PROTECTION)

    def collection(self) -> client.Collection:
        """Find protections."""
        return self.service.protections


class _Policies(_Switch):
    names = ('<policy>', policy.POLICY)

    def collection(self) -> client.Collection:
        """Find policies."""
        return self.service.policies


class PauseProtections(_Protections):
    """Let no run of some protections fall due until they are unpaused."""

    paused = True


class UnpauseProtections(_Protections):
    """Let runs fall due again; those that were missed are let go."""

    paused = False


class PausePolicies(_Policies):
    """Let no run of all that is under some policies fall due."""

    paused = True


class UnpausePolicies(_Policies):
    """Let runs fall due again; those that were missed are let go."""

    paused = False
