"""``openstack protection plan``: what would run next, and why."""

import argparse

from snapfault.osc import column
from snapfault.osc import command

FIELDS: command.Fields = (
    ('business_id', None),
    ('scheduled_at', None),
    ('weight', column.Weight),
    ('breakdown', column.Parts),
    ('measures', column.Measures),
    ('prune', column.Prunes),
)
TITLES = (
    'Position',
    'Business ID',
    'Scheduled At',
    'Weight',
    'Parts',
    'Measures',
    'Would Prune',
)


class Show(command.PlainLister):
    """Show what would run next, in that order, and what would be pruned.

    Nothing is changed by looking.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take only whose plan it is."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        command.add_all_projects(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """List the tasks as they would run."""
        tasks = self.service.plan(
            {'all_projects': parsed_args.all_projects or None}
        )
        return TITLES, [
            (position, *command.cells(each, FIELDS))
            for position, each in enumerate(tasks, start=1)
        ]
