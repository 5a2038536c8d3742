"""``openstack recovery``: bring a service back from a recovery point."""

import argparse
import collections.abc
import typing

from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import consent
from snapfault.osc import wait
from snapfault.osc import wish

FIELDS: command.Fields = (
    ('id', None),
    ('protection_id', None),
    ('business_id', None),
    ('server_id', None),
    ('kind', None),
    ('origin_id', column.Text),
    ('status', None),
    ('abort_asked', None),
    ('cause', None),
    ('onset_at', None),
    ('evidence', column.Pairs),
    ('recovery_point_id', column.Text),
    ('reason', column.Text),
    ('attempts', column.Attempts),
    ('steps', column.Steps),
    ('kept', column.Kept),
    ('project_id', None),
    ('created_at', None),
    ('finished_at', column.Text),
)
REPORT: command.Fields = (
    ('recovery_id', None),
    ('business_id', None),
    ('status', None),
    ('sections', column.Text),
    ('text', None),
)
STATUSES = (
    *('held', 'waiting', 'running'),
    *('done', 'refused', 'failed', 'aborted'),
)


class Create(wait.Waits, command.ShowOne):
    """Recover a service: rebuild its server and restore its volumes."""

    what = 'recovery'
    timeout = 3600

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the service, a point and whether to wait."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        wish.add_arguments(parser)
        consent.add_argument(parser)
        self.add_wait_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Ask for it and show it, when it is over with --wait."""
        self.check_wait_arguments(parsed_args)
        protection = self.service.protections.find(parsed_args.protection)
        business_id = protection['business_id']
        if not parsed_args.yes:
            consent.ask(
                self.app,
                'The server is rebuilt, and what was written since the'
                " recovery point is lost: 'openstack recovery plan show"
                f" {business_id}' says what that is",
                f'Recover {business_id}?',
            )
        recoveries = self.service.recoveries
        asked = recoveries.create(wish.members(protection, parsed_args))
        record = self.outcome(asked, recoveries, Story(), parsed_args)
        return command.show(record, FIELDS)


class List(command.OfServices):
    """List recoveries."""

    statuses = STATUSES
    fields = (
        ('id', None),
        ('business_id', None),
        ('kind', None),
        ('status', None),
        ('cause', None),
        ('recovery_point_id', column.Text),
        ('created_at', None),
        ('finished_at', column.Text),
        ('reason', column.Text),
    )

    def collection(self) -> client.Collection:
        """List recoveries."""
        return self.service.recoveries


class Show(command.Show):
    """Show a recovery with its steps."""

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Take an id."""
        parser.add_argument('recovery', metavar='<recovery>', help='Its id')
        parser.add_argument(
            '--report',
            action='store_true',
            help='Tell all of it in one text: evidence, choice, steps, what '
            'was lost, what is kept, and what can be done',
        )

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Show it."""
        if parsed_args.report:
            told = self.service.report(
                parsed_args.recovery, parsed_args.all_projects
            )
            return command.show(told, REPORT)
        found = self.service.recoveries.get(
            parsed_args.recovery, parsed_args.all_projects
        )
        return command.show(found, FIELDS)

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: collections.abc.Sequence[str],
        data: collections.abc.Sequence[typing.Any],
    ) -> int:
        """Write a report as the text it is, where nobody wants a format."""
        if not parsed_args.report or parsed_args.formatter != 'table':
            code: int = super().produce_output(parsed_args, column_names, data)
            return code
        self.app.stdout.write(data[-1])
        return 0


class Story:
    """How a recovery or a drill goes, for who waits for it."""

    def __init__(self, what: str = 'recovery') -> None:
        """Have told nothing yet."""
        self._what = what
        self._told: set[int] = set()

    def news(self, record: client.Record) -> collections.abc.Iterable[str]:
        """Tell each step once, when it is over."""
        for step, name in _named_steps(record):
            is_over = step['status'] in ('done', 'failed')
            if is_over and step['position'] not in self._told:
                self._told.add(step['position'])
                text = f'{name} {step["status"]}'
                detail = step.get('detail')
                yield f'{text}: {detail}' if detail else text

    def state(self, record: client.Record) -> str:
        """Say which steps are under way, or else its status."""
        under_way = [
            name
            for step, name in _named_steps(record)
            if step['status'] == 'started'
        ]
        if under_way and record['status'] not in wait.OVER:
            return '; '.join(f'{name} started' for name in under_way)
        text = f'{self._what} {record["id"]} {record["status"]}'
        if record.get('reason'):
            text += f': {record["reason"]}'
        return text


def _named_steps(
    record: client.Record,
) -> collections.abc.Iterator[tuple[client.Record, str]]:
    """Give each step with what it is called: ``step 2/7 rebuild``."""
    steps = record.get('steps') or []
    for number, step in enumerate(steps, start=1):
        yield step, f'step {number}/{len(steps)} {step["name"]}'
