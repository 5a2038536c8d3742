"""``openstack protection policy preview``: when runs would fall due."""

import argparse

from snapfault.osc import argument
from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import rule_column
from snapfault.osc.rules import schedule

FIELDS: command.Fields = (
    ('scheduled_at', None),
    ('labels', column.Texts),
    ('begins_at', column.Text),
    ('latest_at', column.Text),
    ('moved_by', rule_column.Windows),
)
TITLES = tuple(command.title(name) for name, _ in FIELDS)
#: What a preview has no use for.
IGNORED = 'catch_up'


class Preview(command.PlainLister):
    """Show when runs of a schedule would be, before there is a policy.

    A run that no blackout and no stagger moves begins when it falls due. One
    that would miss its deadline begins never.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take what a policy says of times."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        schedule.add(parser, is_new=True)
        parser.add_argument(
            '--count',
            metavar='<count>',
            type=argument.count,
            help='Show so many runs, at most 100 (default: 10)',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Ask, and list the runs in the order of time."""
        schedule.check(parsed_args)
        members = {
            **schedule.members(parsed_args, {}),
            'count': parsed_args.count,
            IGNORED: None,
        }
        runs: list[client.Record] = self.service.schedule_preview(
            {
                name: value
                for name, value in members.items()
                if value is not None
            }
        )
        return TITLES, [command.cells(each, FIELDS) for each in runs]
