"""``openstack recovery plan``: what a recovery would do, and cost."""

import argparse
import typing

from cliff import columns

from snapfault.osc import column
from snapfault.osc import command
from snapfault.osc import wish

Record = dict[str, typing.Any]


class Phases(columns.FormattableColumn):
    """The steps in order; those of one phase run at once."""

    def human_readable(self) -> str:
        """Number the phases, one a line: ``2. rebuild, 2 restore-volume``."""
        return '\n'.join(
            f'{number}. {_counted(phase)}'
            for number, phase in enumerate(self._value or (), start=1)
        )


def _counted(phase: list[Record]) -> str:
    names = [each['name'] for each in phase]
    return ', '.join(
        name if names.count(name) == 1 else f'{names.count(name)} {name}'
        for name in dict.fromkeys(names)
    )


class Losses(columns.FormattableColumn):
    """What is lost, one disk a line."""

    def human_readable(self) -> str:
        """Give each in its words."""
        return '\n'.join(each['text'] for each in self._value or ())


class Expected(columns.FormattableColumn):
    """How long it takes, by what is known."""

    def human_readable(self) -> str:
        """Say ``75 s, by past steps``; nothing known: ``?``."""
        known = self._value or {}
        if known.get('seconds') is None:
            return '?'
        by = 'past steps' if known['by_steps'] is not None else 'its drill'
        return f'{known["seconds"]:.0f} s, by {by}'


FIELDS: command.Fields = (
    ('business_id', None),
    ('possible', None),
    ('way', column.Text),
    ('reason', None),
    ('recovery_point_id', column.Text),
    ('completed_at', column.Text),
    ('phases', Phases),
    ('losses', Losses),
    ('expected', Expected),
    ('open_recovery_id', column.Text),
    ('unread', None),
    ('server_id', None),
    ('protection_id', None),
    ('project_id', None),
)


class Show(command.ShowOne):
    """Show what a recovery would do now, or why it would not.

    Nothing is changed by looking.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take what ``recovery create`` takes."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        wish.add_arguments(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Ask for the plan, and show it."""
        protection = self.service.protections.find(parsed_args.protection)
        plan = self.service.recovery_plan(
            wish.members(protection, parsed_args)
        )
        return command.show(plan, FIELDS)
