"""``openstack protection``: business services under a policy."""

import argparse
import collections.abc

from osc_lib import exceptions

from snapfault.osc import argument
from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import delegation
from snapfault.osc import named
from snapfault.osc import policy
from snapfault.osc import task
from snapfault.osc import wait

FIELDS: command.Fields = (
    ('id', None),
    ('business_id', None),
    ('server_id', None),
    ('policy_id', None),
    ('image_id', None),
    ('status', None),
    ('selected', None),
    ('webhook', None),
    ('delegation', column.Kind),
    ('next_run_at', column.Text),
    ('next_drill_at', column.Text),
    ('alarm', column.Text),
    ('alarm_at', column.Text),
    ('ending_at', column.Text),
    ('project_id', None),
    ('created_at', None),
    ('updated_at', column.Text),
)
PROTECTION = 'The business id, or the id, of a protection'


class Create(command.ShowOne):
    """Protect a business service."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the business id, its server and its policy."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'business_id',
            metavar='<business-id>',
            help='What you know the service by; unique in the project',
        )
        parser.add_argument(
            '--server',
            metavar='<server>',
            required=True,
            help='The name or the id of the server it runs on',
        )
        parser.add_argument(
            '--policy', metavar='<policy>', required=True, help=policy.POLICY
        )
        delegation.add_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Create it and show it."""
        lent = delegation.members(self.app, parsed_args)
        chosen = self.service.policies.find(
            parsed_args.policy, parsed_args.delegation_project is not None
        )
        members = {
            'business_id': parsed_args.business_id,
            'server_id': named.looked_up(
                '--server', named.server_id, self.app, parsed_args.server
            ),
            'policy_id': chosen['id'],
            **lent,
        }
        return command.show(self.service.protections.create(members), FIELDS)


class Set(command.ShowOne):
    """Put a protection under another policy, or by another right."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the protection, and its new policy or right."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_protection(parser)
        parser.add_argument('--policy', metavar='<policy>', help=policy.POLICY)
        delegation.add_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Change it and show it."""
        members = delegation.members(self.app, parsed_args)
        if not members and parsed_args.policy is None:
            argument.refuse('--policy', 'say what is to be otherwise')
        protections = self.service.protections
        found = protections.find(parsed_args.protection)
        if parsed_args.policy is not None:
            chosen = self.service.policies.find(parsed_args.policy)
            members['policy_id'] = chosen['id']
        changed = protections.update(
            found['id'], members, found.get('generation')
        )
        return command.show(changed, FIELDS)


class Show(command.Show):
    """Show a protection."""

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Take a business id or an id."""
        add_protection(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Find it and show it."""
        found = self.service.protections.find(
            parsed_args.protection, parsed_args.all_projects
        )
        return command.show(found, FIELDS)


class List(command.Lister):
    """List protections."""

    fields = (
        ('id', None),
        ('business_id', None),
        ('server_id', None),
        ('policy_id', None),
        ('status', None),
        ('next_run_at', column.Text),
        ('ending_at', column.Text),
        ('alarm', column.Text),
    )

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Take a policy or a business id."""
        parser.add_argument(
            '--policy',
            metavar='<policy>',
            help='Only those under this policy (name or id)',
        )
        parser.add_argument(
            '--business-id',
            metavar='<business-id>',
            help='Only the one with this business id',
        )

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Choose by policy and business id."""
        query = {'business_id': parsed_args.business_id}
        if parsed_args.policy is not None:
            chosen = self.service.policies.find(
                parsed_args.policy, parsed_args.all_projects
            )
            query['policy_id'] = chosen['id']
        return query

    def collection(self) -> client.Collection:
        """List protections."""
        return self.service.protections


class Ending:
    """How those fare that wait for the end of their work."""

    def __init__(self, protections: client.Collection) -> None:
        """Know of none yet."""
        self._protections = protections
        self.left: dict[str, str] = {}  #: what a person calls each, by id

    def look(self) -> client.Record:
        """Look at those that were still there."""
        for each in list(self.left):
            try:
                self._protections.get(each)
            except exceptions.NotFound:
                del self.left[each]
        return {'status': 'ending' if self.left else 'deleted'}

    def news(self, record: client.Record) -> collections.abc.Iterable[str]:
        """Tell nothing that stays."""
        return ()

    def state(self, record: client.Record) -> str:
        """Say which are there."""
        names = ', '.join(self.left.values())
        return f'waiting for the work of {names}' if names else 'deleted'


class Delete(wait.MayWait, command.Delete):
    """Stop protecting services; their recovery points stay.

    A run, a recovery or a drill that is under way goes on to its end, and
    the protection is gone after that. What has not begun does not.
    """

    names = ('<protection>', PROTECTION)
    loss = 'no more backups are made; the recovery points stay'
    timeout = 7200

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take one or several, whether to ask, and whether to wait."""
        parser = super().get_parser(prog_name)
        self.add_wait_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete each; with --wait, watch until all are gone.

        :raises CommandError: some were not deleted, or not in time
        """
        self.check_wait_arguments(parsed_args)
        self._ending = Ending(self.service.protections)
        super().take_action(parsed_args)
        if parsed_args.wait and self._ending.left:
            self.until_deleted(self._ending, parsed_args)

    def delete_one(self, name: str) -> None:
        """Find one and delete it; say so where that takes a while."""
        protections = self.service.protections
        found = protections.find(name)
        if protections.delete(found['id']) is not None:
            self._ending.left[found['id']] = name
            self.app.stderr.write(
                f'{name} is gone once its running work is over.\n'
            )


class Run(wait.Waits, command.ShowOne):
    """Take a recovery point of a service now."""

    what = 'task'
    timeout = 1800

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the protection, and whether to wait."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        add_protection(parser)
        self.add_wait_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Ask for a task and show it, when it is over with --wait."""
        self.check_wait_arguments(parsed_args)
        found = self.service.protections.find(parsed_args.protection)
        tasks = self.service.tasks
        asked = tasks.create({'protection_id': found['id']})
        record = self.outcome(asked, tasks, task.Story(), parsed_args)
        return command.show(record, task.FIELDS)


def add_protection(parser: argparse.ArgumentParser) -> None:
    """Add the positional <protection>."""
    parser.add_argument('protection', metavar='<protection>', help=PROTECTION)
