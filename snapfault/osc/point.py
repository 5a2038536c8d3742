"""``openstack recovery point``: what a service can be recovered from."""

import argparse
import collections.abc

from snapfault.osc import client
from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import wait

FIELDS: command.Fields = (
    ('id', None),
    ('protection_id', None),
    ('business_id', None),
    ('task_id', None),
    ('labels', column.Texts),
    ('sequence', None),
    ('status', None),
    ('kept_by', column.Text),
    ('pinned', None),
    ('level', None),
    ('level_reason', column.Text),
    ('skew', column.Text),
    ('group_snapshot_id', column.Text),
    ('root_image_id', column.Text),
    ('proof', None),
    ('proof_at', column.Text),
    ('rto', column.Seconds),
    ('server_id', None),
    ('image_id', None),
    ('flavor_id', None),
    ('members', column.Members),
    ('reason', column.Text),
    ('project_id', None),
    ('scheduled_at', None),
    ('created_at', None),
    ('completed_at', column.Text),
)
STATUSES = ('creating', 'good', 'failed', 'deleting', 'deleted', 'lost')


class List(command.OfServices):
    """List recovery points."""

    statuses = STATUSES
    keys = ('created_at', 'scheduled_at', 'business_id')
    fields = (
        ('id', None),
        ('business_id', None),
        ('sequence', None),
        ('status', None),
        ('level', None),
        ('pinned', None),
        ('labels', column.Texts),
        ('members', column.Volumes),
        ('scheduled_at', None),
        ('completed_at', column.Text),
        ('proof', None),
        ('rto', column.Seconds),
        ('kept_by', column.Text),
        ('reason', column.Text),
    )

    def collection(self) -> client.Collection:
        """List recovery points."""
        return self.service.points


class Show(command.Show):
    """Show a recovery point."""

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Take an id."""
        parser.add_argument('point', metavar='<point>', help='Its id')

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Show it."""
        found = self.service.points.get(
            parsed_args.point, parsed_args.all_projects
        )
        return command.show(found, FIELDS)


class Set(command.ShowOne):
    """Pin a recovery point, so that nothing removes it, or unpin it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take an id, and one of the two."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument('point', metavar='<point>', help='Its id')
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            '--pin',
            action='store_true',
            help='Keep it until it is unpinned, whatever the policy says',
        )
        which.add_argument(
            '--unpin',
            action='store_true',
            help='Let the policy decide on it again',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Pin it or unpin it, and show it."""
        changed = self.service.points.update(
            parsed_args.point, {'pinned': parsed_args.pin}
        )
        return command.show(changed, FIELDS)


class Removal:
    """How the removal of several goes, for who waits for it."""

    def __init__(
        self, points: client.Collection, ids: collections.abc.Sequence[str]
    ) -> None:
        """Have seen none of them gone yet."""
        self._points = points
        self._left = {each: '' for each in ids}

    def look(self) -> client.Record:
        """Look at those that were still there; gone ones stay gone."""
        for each in list(self._left):
            found = self._points.get(each)
            self._left[each] = found.get('reason') or ''
            if found['status'] == 'deleted':
                del self._left[each]
        return {'status': 'deleting' if self._left else 'deleted'}

    def news(self, record: client.Record) -> collections.abc.Iterable[str]:
        """Tell nothing that stays."""
        return ()

    def state(self, record: client.Record) -> str:
        """Say which are there, and what Cinder says of them."""
        told = [
            f'{each} ({reason})' if reason else each
            for each, reason in self._left.items()
        ]
        return f'deleting {", ".join(told)}' if told else 'deleted'


class Delete(wait.MayWait, command.Delete):
    """Delete recovery points with their snapshots.

    The last good point of a service is never deleted, nor a pinned one, nor
    one that a recovery or a drill reads from.
    """

    names = ('<point>', 'Its id')
    loss = 'the snapshots go, and nothing can be recovered from them'
    timeout = 1800

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
        super().take_action(parsed_args)
        if parsed_args.wait:
            removal = Removal(self.service.points, parsed_args.names)
            self.until_deleted(removal, parsed_args)

    def delete_one(self, name: str) -> None:
        """Ask that one be deleted; the service does it in a while."""
        self.service.points.delete(name)
