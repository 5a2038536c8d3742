"""``openstack protection webhook``: where alarms about a service go."""

import argparse

from snapfault.osc import command
from snapfault.osc import protection

FIELDS: command.Fields = (('protection_id', None), ('url', None))


class Create(command.ShowOne):
    """Give a protection a webhook; an earlier address ends.

    The address is shown this once. Who knows it can say that the service
    has failed: treat it like a password.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the protection."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        protection.add_protection(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Make the address and show it."""
        found = self.service.protections.find(parsed_args.protection)
        answer = self.service.request(
            'POST', _path(found['id']), generation=found.get('generation')
        )
        return command.show(answer['webhook'], FIELDS)


class Delete(command.Delete):
    """Remove the webhooks of protections."""

    names = ('<protection>', protection.PROTECTION)
    loss = 'what is sent to the address is not heard any more'

    def delete_one(self, name: str) -> None:
        """Find one and remove its webhook."""
        identity = self.service.protections.find(name)['id']
        self.service.request('DELETE', _path(identity))


def _path(protection_id: str) -> str:
    return f'protections/{protection_id}/webhook'
