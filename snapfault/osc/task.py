"""``openstack protection task``: due snapshot runs."""

import argparse
import collections.abc

from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command

FIELDS: command.Fields = (
    ('id', None),
    ('protection_id', None),
    ('business_id', None),
    ('scheduled_at', None),
    ('status', None),
    ('attempts', None),
    ('weight', column.Weight),
    ('breakdown', column.Parts),
    ('reason', column.Text),
    ('recovery_point_id', column.Text),
    ('project_id', None),
    ('created_at', None),
    ('finished_at', column.Text),
)
STATUSES = ('waiting', 'running', 'done', 'failed')


class List(command.Lister):
    """List tasks."""

    fields = (
        ('id', None),
        ('business_id', None),
        ('scheduled_at', None),
        ('status', None),
        ('attempts', None),
        ('weight', column.Weight),
        ('recovery_point_id', column.Text),
        ('reason', column.Text),
    )

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Take a protection and a status."""
        add_protection_filter(parser)
        parser.add_argument(
            '--status', choices=STATUSES, help='Only those that stand so'
        )

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Choose by protection and status."""
        return {
            'protection_id': protection_id(self.service, parsed_args),
            'status': parsed_args.status,
        }

    def collection(self) -> client.Collection:
        """List tasks."""
        return self.service.tasks


class Show(command.ShowOne):
    """Show a task."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take an id."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument('task', metavar='<task>', help='Its id')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Show it."""
        return command.show(self.service.tasks.get(parsed_args.task), FIELDS)


class Story:
    """How a task goes, for who waits for it."""

    def news(self, record: client.Record) -> collections.abc.Iterable[str]:
        """Keep no lines: a task has one state at a time."""
        return ()

    def state(self, record: client.Record) -> str:
        """Say its status, the attempt it is at and why it waits."""
        text = f'task {record["id"]} {record["status"]}'
        if record.get('attempts'):
            text += f', attempt {record["attempts"]}'
        if record.get('reason'):
            text += f': {record["reason"]}'
        return text


def add_protection_filter(parser: argparse.ArgumentParser) -> None:
    """Add --protection."""
    parser.add_argument(
        '--protection',
        metavar='<protection>',
        help='Only those of this protection (business id or id)',
    )


def protection_id(
    service: client.Client, parsed_args: argparse.Namespace
) -> str | None:
    """Give the id of what --protection names; None where it is not given."""
    if parsed_args.protection is None:
        return None
    found = service.protections.find(
        parsed_args.protection, parsed_args.all_projects
    )
    return str(found['id'])
