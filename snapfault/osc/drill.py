"""``openstack recovery drill``: rehearse a recovery, and what that showed."""

import argparse

from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import recovery
from snapfault.osc import wait

FIELDS: command.Fields = (
    ('id', None),
    ('protection_id', None),
    ('business_id', None),
    ('status', None),
    ('outcome', column.Text),
    ('cause', None),
    ('recovery_point_id', column.Text),
    ('took', column.Seconds),
    ('reason', column.Text),
    ('steps', column.Steps),
    ('project_id', None),
    ('created_at', None),
    ('started_at', column.Text),
    ('finished_at', column.Text),
)
STATUSES = ('waiting', 'running', 'done', 'failed', 'refused')


class Create(wait.Waits, command.ShowOne):
    """Rehearse a recovery into a server and volumes that are thrown away.

    The service itself is not touched.
    """

    what = 'drill'
    timeout = 7200

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the service, a point and whether to wait."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'protection',
            metavar='<business-id>',
            help='The business id, or the id, of the protection',
        )
        parser.add_argument(
            '--point',
            metavar='<point>',
            help=(
                'The id of the recovery point to rehearse (default: the '
                'newest good one that no drill has disproven)'
            ),
        )
        self.add_wait_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Ask for it and show it, when it is over with --wait."""
        self.check_wait_arguments(parsed_args)
        protection = self.service.protections.find(parsed_args.protection)
        members = {'business_id': protection['business_id']}
        if parsed_args.point is not None:
            members['recovery_point_id'] = parsed_args.point
        drills = self.service.drills
        asked = drills.create(members)
        story = recovery.Story('drill')
        record = self.outcome(asked, drills, story, parsed_args)
        return command.show(record, FIELDS)


class List(command.OfServices):
    """List drills."""

    statuses = STATUSES
    fields = (
        ('id', None),
        ('business_id', None),
        ('status', None),
        ('cause', None),
        ('recovery_point_id', column.Text),
        ('took', column.Seconds),
        ('created_at', None),
        ('finished_at', column.Text),
        ('reason', column.Text),
    )

    def collection(self) -> client.Collection:
        """List drills."""
        return self.service.drills


class Show(command.Show):
    """Show a drill with its steps."""

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Take an id."""
        parser.add_argument('drill', metavar='<drill>', help='Its id')

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Show it."""
        found = self.service.drills.get(
            parsed_args.drill, parsed_args.all_projects
        )
        return command.show(found, FIELDS)
