"""The options that write a policy, and the members they stand for.

Each module beside this one has the options of a few members, and three
things to say of them: ``add`` puts them into a parser, ``members`` gives what
they stand for, ``OPTIONS`` names where argparse keeps them.
"""

import argparse
import types
import typing

from snapfault.osc import argument
from snapfault.osc import client
from snapfault.osc.rules import quota
from snapfault.osc.rules import ranking
from snapfault.osc.rules import recovery
from snapfault.osc.rules import schedule
from snapfault.osc.rules import taking

Parsed = argparse.Namespace

_MODULES: typing.Final[tuple[types.ModuleType, ...]] = (
    schedule,
    quota,
    ranking,
    taking,
    recovery,
)
#: The options of ``set`` that empty a member, what it is then, and help.
EMPTIED: typing.Final[tuple[tuple[str, str, typing.Any, str], ...]] = (
    ('blackout', 'blackouts', [], 'Let runs begin at any time'),
    ('deadline', 'deadline', None, 'Let runs begin as late as it gets'),
    ('threshold', 'thresholds', [], 'Take all thresholds away'),
    ('multiplier', 'multipliers', {}, 'Take all multipliers away'),
    ('unknown_weight', 'unknown', None, 'Let absent data be neutral'),
    ('rpo', 'rpo', None, 'Let the last good point get as old as it may'),
    ('selector', 'selector', None, 'Select no servers any more'),
)


def add_arguments(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options; a new policy needs a schedule and a quota."""
    parser.add_argument(
        '--description', metavar='<text>', help='What it is for'
    )
    for module in _MODULES:
        module.add(parser, is_new)
    if is_new:
        return
    for option, _, _, help_text in EMPTIED:
        parser.add_argument(
            f'--no-{option.replace("_", "-")}',
            action='store_true',
            help=help_text,
        )


def check(parsed_args: Parsed) -> None:
    """Refuse what contradicts itself, before anything is sent.

    :raises CommandError: an option does not go with another
    """
    for module in _MODULES:
        module.check(parsed_args)
    for option, _, _, _ in EMPTIED:
        emptied = getattr(parsed_args, f'no_{option}', False)
        if emptied and getattr(parsed_args, option, None) is not None:
            name = option.replace('_', '-')
            argument.refuse(f'--no-{name}', f'not allowed with --{name}')


def members(parsed_args: Parsed, current: client.Record) -> client.Record:
    """Give the members of a policy that the options name.

    :param current: the policy as it is; empty for a new one. The service
        replaces a member whole, so what the options leave open in one is
        taken from here
    :raises CommandError: an option does not go with what is there
    """
    given: client.Record = {}
    if parsed_args.description is not None:
        given['description'] = parsed_args.description
    for module in _MODULES:
        found = module.members(parsed_args, current)
        given |= {k: v for k, v in found.items() if v is not None}
    return given


def changes(parsed_args: Parsed, current: client.Record) -> client.Record:
    """Give the members that ``set`` is to replace."""
    given = members(parsed_args, current)
    if parsed_args.name is not None:
        given['name'] = parsed_args.name
    for option, member, empty, _ in EMPTIED:
        if getattr(parsed_args, f'no_{option}'):
            given[member] = empty
    return given


def names_anything(parsed_args: Parsed) -> bool:
    """Whether ``set`` was told anything to set."""
    options = ['name', 'description']
    for module in _MODULES:
        options += module.OPTIONS
    return any(
        getattr(parsed_args, option) is not None for option in options
    ) or any(getattr(parsed_args, f'no_{option[0]}') for option in EMPTIED)
