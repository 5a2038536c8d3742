"""``openstack recovery readiness``: could it be recovered, should it fail?"""

import argparse

from cliff import columns

from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command


class Sentences(columns.FormattableColumn):
    """What a person should know, one sentence a line."""

    def human_readable(self) -> str:
        """Give one a line."""
        return '\n'.join(self._value or ())


class Span(columns.FormattableColumn):
    """A span of seconds; none where there is none."""

    def human_readable(self) -> str:
        """Give it with its unit."""
        return '' if self._value is None else f'{self._value:.0f} s'


class List(command.Lister):
    """List whether services could be recovered, and what stands in the way.

    It is read from the cloud as it is now, and nothing is changed.
    """

    fields = (
        ('business_id', None),
        ('ready', None),
        ('hindrances', Sentences),
        ('warnings', Sentences),
        ('age', Span),
        ('rpo', Span),
        ('proof', column.Text),
        ('proof_at', column.Text),
        ('rto', Span),
        ('recovery_point_id', column.Text),
        ('server_id', None),
        ('protection_id', None),
    )

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Take a business id and a policy."""
        parser.add_argument(
            '--business-id',
            metavar='<business-id>',
            help='Only that service',
        )
        parser.add_argument(
            '--policy',
            metavar='<policy>',
            help='Only those under this policy, by its name or id',
        )

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Choose by business id and policy."""
        policy_id = None
        if parsed_args.policy is not None:
            policy_id = self.service.policies.find(parsed_args.policy)['id']
        return {
            'business_id': parsed_args.business_id,
            'policy_id': policy_id,
        }

    def collection(self) -> client.Collection:
        """List readiness."""
        return self.service.readiness
