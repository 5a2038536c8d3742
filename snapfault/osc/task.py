"""``openstack protection task``: due snapshot runs."""

import argparse
import collections.abc

from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command

FIELDS: command.Fields = (
    ('id', None),
    ('protection_id', None),
    ('business_id', column.Text),
    ('scheduled_at', None),
    ('labels', column.Texts),
    ('by_hand', None),
    ('deadline_at', column.Text),
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
STATUSES = ('waiting', 'running', 'done', 'failed', 'missed')


class List(command.Lister):
    """List tasks."""

    keys = ('created_at', 'scheduled_at')
    fields = (
        ('id', None),
        ('business_id', column.Text),
        ('scheduled_at', None),
        ('status', None),
        ('attempts', None),
        ('weight', column.Weight),
        ('recovery_point_id', column.Text),
        ('reason', column.Text),
    )

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Take a protection and a status."""
        parser.add_argument(
            '--protection',
            metavar='<protection>',
            help='Only those of this protection (business id or id)',
        )
        parser.add_argument(
            '--status', choices=STATUSES, help='Only those that stand so'
        )

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Choose by protection and status."""
        query = {'status': parsed_args.status}
        if parsed_args.protection is not None:
            found = self.service.protections.find(
                parsed_args.protection, parsed_args.all_projects
            )
            query['protection_id'] = found['id']
        return query

    def collection(self) -> client.Collection:
        """List tasks."""
        return self.service.tasks


class Show(command.Show):
    """Show a task."""

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Take an id."""
        parser.add_argument('task', metavar='<task>', help='Its id')

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Show it."""
        found = self.service.tasks.get(
            parsed_args.task, parsed_args.all_projects
        )
        return command.show(found, FIELDS)


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
