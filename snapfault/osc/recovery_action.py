"""``openstack recovery undo|abort|retry|approve``."""

import argparse
import typing

from snapfault.osc import client
from snapfault.osc import command
from snapfault.osc import consent
from snapfault.osc import recovery
from snapfault.osc import wait

LOSS = (
    'The server may be rebuilt, and what was written since the recovery'
    ' point is lost then'
)


class _Action(wait.Waits, command.ShowOne):
    """A command that has something done about a recovery."""

    what = 'recovery'
    timeout = 3600
    action: typing.ClassVar[str]
    loss: typing.ClassVar[str] = ''  #: what a person must agree to, if any

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take a recovery and whether to wait."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument('recovery', metavar='<recovery>', help='Its id')
        if self.loss:
            consent.add_argument(parser)
        self.add_wait_arguments(parser)
        return parser

    def members(self, parsed_args: argparse.Namespace) -> client.Record | None:
        """Give what is sent along; None: nothing."""

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Ask for it and show what comes of it, with --wait its end."""
        self.check_wait_arguments(parsed_args)
        if self.loss and not parsed_args.yes:
            question = f'{self.action.title()} {parsed_args.recovery}?'
            consent.ask(self.app, self.loss, question)
        recoveries = self.service.recoveries
        asked = recoveries.act(
            parsed_args.recovery, self.action, self.members(parsed_args)
        )
        story = recovery.Story()
        record = self.outcome(asked, recoveries, story, parsed_args)
        return command.show(record, recovery.FIELDS)


class Undo(_Action):
    """Put back the volumes that a recovery has replaced.

    By a recovery of its own, which keeps the restored ones in turn. It can
    be done as long as the replaced volumes are kept; a root disk that was
    rebuilt cannot be had back.
    """

    action = 'undo'
    loss = (
        'The server is stopped, and what was written since the recovery is'
        ' taken from it'
    )


class Abort(_Action):
    """Stop a recovery at its next look, and put back what it took away."""

    action = 'abort'
    wanted = 'aborted'


class Retry(_Action):
    """Try again, from what stands, a recovery that did not succeed."""

    action = 'retry'
    loss = LOSS

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take a point, too."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--point',
            metavar='<point>',
            help=(
                'The id of another recovery point to go back to (default: '
                'as before)'
            ),
        )
        return parser

    def members(self, parsed_args: argparse.Namespace) -> client.Record | None:
        """Name the point, if any."""
        if parsed_args.point is None:
            return {}
        return {'recovery_point_id': parsed_args.point}


class Approve(_Action):
    """Let a recovery begin that is held."""

    action = 'approve'
    loss = LOSS
