"""``openstack protection plan``: what would run next, and why."""

import argparse
import typing

from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import plan_column

Column = tuple[str, str, typing.Any]  #: title, member, and how it shows

#: What a table shows.
ESSENTIAL: tuple[Column, ...] = (
    ('Business ID', 'business_id', None),
    ('Scheduled At', 'scheduled_at', None),
    ('Weight', 'weight', column.Weight),
    ('Parts', 'breakdown', column.Parts),
    ('Measures', 'measures', column.Measures),
    ('Would Take', 'take', plan_column.Take),
    ('Would Prune', 'prune', column.Prunes),
    ('Recovery Room', 'recovery_room', plan_column.RecoveryRoom),
    ('Hindrance', 'hindrance', None),
)
#: And what ``--long`` adds, as do the formats that programs read.
REST: tuple[Column, ...] = (
    ('Begins At', 'begins_at', None),
    ('Quota', 'quota', plan_column.Quota),
    ('Unread', 'unread', None),
    ('Project ID', 'project_id', None),
    ('Protection ID', 'protection_id', None),
    ('Task ID', 'task_id', column.Text),
)
WHOLE = ('json', 'yaml')


class Show(command.PlainLister):
    """Show what would run next, in that order, and what it would do.

    Nothing is changed by looking. The formats json and yaml have it all;
    a table has the essentials, more with --long.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take only whose plan it is."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            '--long',
            action='store_true',
            help='with the quota before and after, and all ids',
        )
        command.add_all_projects(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """List the tasks as they would run."""
        tasks = self.service.plan(
            {'all_projects': parsed_args.all_projects or None}
        )
        shown = ESSENTIAL
        if parsed_args.long or parsed_args.formatter in WHOLE:
            shown += REST
        fields: command.Fields = tuple(each[1:] for each in shown)
        return ('Position', *(each[0] for each in shown)), [
            (position, *command.cells(each, fields))
            for position, each in enumerate(tasks, start=1)
        ]
