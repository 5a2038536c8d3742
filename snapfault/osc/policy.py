"""``openstack protection policy``: the rules that protections share."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import named
from snapfault.osc import rule_column
from snapfault.osc import rules
from snapfault.osc import sharing

FIELDS: command.Fields = (
    ('id', None),
    ('name', None),
    ('description', None),
    ('schedules', rule_column.Schedules),
    ('quota', rule_column.Quota),
    ('blackouts', rule_column.Windows),
    ('deadline', column.Duration),
    ('stagger', column.Duration),
    ('catch_up', None),
    ('paused', None),
    ('selector', rule_column.Selector),
    ('shared_with', rule_column.Sharing),
    ('thresholds', rule_column.Thresholds),
    ('posture', None),
    ('priority', None),
    ('multipliers', rule_column.Multipliers),
    ('unknown', column.Text),
    ('rpo', column.Duration),
    ('consistency', rule_column.Consistency),
    ('recovery', rule_column.RecoveryRules),
    ('alarm', column.Text),
    ('alarm_at', column.Text),
    ('project_id', None),
    ('created_at', None),
    ('updated_at', column.Text),
)
POLICY = 'The name or the id of a policy'


class Create(command.ShowOne):
    """Create a policy."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take all a policy has."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'name', metavar='<name>', help='A name, unique in the project'
        )
        rules.add_arguments(parser, is_new=True)
        sharing.add(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Create it and show it as it was understood."""
        rules.check(parsed_args)
        _look_up_network(self.app, parsed_args)
        members = {
            'name': parsed_args.name,
            **rules.members(parsed_args, {}),
            **sharing.members(self.app, parsed_args),
        }
        return command.show(self.service.policies.create(members), FIELDS)


class Set(command.ShowOne):
    """Change a policy; what is not named stays as it is."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take all a policy has, and what empties a member."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument('policy', metavar='<policy>', help=POLICY)
        parser.add_argument('--name', metavar='<name>', help='A new name')
        rules.add_arguments(parser, is_new=False)
        sharing.add(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Send what is named and nothing else."""
        rules.check(parsed_args)
        if not (
            rules.names_anything(parsed_args)
            or sharing.names_anything(parsed_args)
        ):
            argument.refuse('<policy>', 'say what to set, such as --quota 7')
        _look_up_network(self.app, parsed_args)
        policy = self.service.policies.find(parsed_args.policy)
        members = rules.changes(parsed_args, policy)
        members |= sharing.members(self.app, parsed_args)
        updated = self.service.policies.update(
            policy['id'], members, policy.get('generation')
        )
        return command.show(updated, FIELDS)


class Show(command.Show):
    """Show a policy."""

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Take a name or an id."""
        parser.add_argument('policy', metavar='<policy>', help=POLICY)

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Find it and show it."""
        policy = self.service.policies.find(
            parsed_args.policy, parsed_args.all_projects
        )
        return command.show(policy, FIELDS)


class List(command.Lister):
    """List policies."""

    keys = ('created_at', 'name')
    fields = (
        ('id', None),
        ('name', None),
        ('schedules', rule_column.Schedules),
        ('quota', rule_column.Quota),
        ('rpo', column.Duration),
        ('posture', None),
        ('recovery', rule_column.RecoveryRules),
    )

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Take a name."""
        parser.add_argument(
            '--name', metavar='<name>', help='Only the policy of this name'
        )

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Choose by name."""
        return {'name': parsed_args.name}

    def collection(self) -> client.Collection:
        """List policies."""
        return self.service.policies


class Delete(command.Delete):
    """Delete policies that no protection uses."""

    names = ('<policy>', POLICY)
    loss = 'the rules are gone for good'

    def delete_one(self, name: str) -> None:
        """Find one and delete it."""
        policies = self.service.policies
        policies.delete(policies.find(name)['id'])


def _look_up_network(app: typing.Any, parsed_args: argparse.Namespace) -> None:
    """Put the id of the drills' network where its name stands."""
    if parsed_args.drill_network is not None:
        parsed_args.drill_network = named.looked_up(
            '--drill-network',
            named.network_id,
            app,
            parsed_args.drill_network,
        )
