"""What may happen to a server without a person, and what proves it well."""

import argparse
import typing

from snapfault.osc import argument
from snapfault.osc import client

#: Switches: option, member, and help.
_SWITCHES: typing.Final = (
    (
        'automatic-recovery',
        'automatic',
        'Whether a service fault is recovered from without a person '
        '(default of a new policy: it is not)',
    ),
    (
        'even-if-healthy',
        'even_if_healthy',
        'With --recovery-starts-on failed-backup: although a fresh read '
        'shows nothing wrong',
    ),
    (
        'recovery-approval',
        'approval',
        'Whether what began by itself waits until a person approves it',
    ),
    (
        'reboot-first',
        'reboot_first',
        'Whether a hard reboot is tried before a rebuild',
    ),
    (
        'proven-only',
        'proven_only',
        'Whether only points count that a drill has proven',
    ),
    (
        'without-point',
        'without_point',
        'Whether the server is rebuilt though there is no good point',
    ),
    (
        'evacuate',
        'evacuate',
        'Whether a server leaves a host that is down and fenced',
    ),
    (
        'repair',
        'repair',
        'Whether volumes that Nova left half attached are reset, as an admin',
    ),
    (
        'recover-others',
        'others',
        'Whether servers that Heat, Masakari and such look after are '
        'recovered, too',
    ),
)
#: What else is given: option, member of the rules, or of their drills.
_VALUES: typing.Final = {
    'recovery_starts_on': 'starts_on',
    'recovery_margin': 'margin',
    'recovery_confirm': 'confirm',
    'steps_back': 'steps_back',
    'keep_damaged': 'keep',
    'recovery_check': 'checks',
}
_DRILLS: typing.Final = {
    'drill_schedule': 'schedule',
    'drill_network': 'network',
}
#: What empties a member: option, the option it goes against, and help.
_EMPTIED: typing.Final = (
    ('no_recovery_check', 'recovery_check', 'Look at Nova and Cinder alone'),
    ('no_drill_schedule', 'drill_schedule', 'Have no drill without a person'),
    ('no_drill_network', 'drill_network', 'Have drills without a network'),
)
OPTIONS: typing.Final = (
    *(option.replace('-', '_') for option, _, _ in _SWITCHES),
    *_VALUES,
    *_DRILLS,
    *(option for option, _, _ in _EMPTIED),
)


def add(parser: argparse.ArgumentParser, is_new: bool) -> None:
    """Add the options."""
    for option, _, text in _SWITCHES:
        parser.add_argument(
            f'--{option}', action=argparse.BooleanOptionalAction, help=text
        )
    _add_bounds(parser)
    _add_proofs(parser)
    for option, _, text in () if is_new else _EMPTIED:
        parser.add_argument(
            f'--{option.replace("_", "-")}',
            action='store_const',
            const=True,
            help=text,
        )


def _add_bounds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--recovery-starts-on',
        choices=('service-fault', 'failed-backup'),
        help='What it takes for a recovery to begin without a person',
    )
    for option, text in (
        (
            '--recovery-margin',
            'How much older than the fault a point must be, such as 60',
        ),
        (
            '--recovery-confirm',
            'How long a fault must have been seen, such as 2m',
        ),
        (
            '--keep-damaged',
            'How long replaced volumes and safety snapshots are kept, such '
            'as 7d; 0 removes them once the recovery is done',
        ),
    ):
        parser.add_argument(
            option, metavar='<duration>', type=argument.duration, help=text
        )
    parser.add_argument(
        '--steps-back',
        metavar='<count>',
        type=argument.steps,
        help='How many older points are tried after one that does not work',
    )


def _add_proofs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--recovery-check',
        metavar='<driver>[,<key>=<value>...]',
        type=argument.check,
        action='append',
        help=(
            'What a recovered service must pass, such as tcp,port=22 or '
            'http,port=80,path=/health,timeout=5m (repeat: all must pass)'
        ),
    )
    parser.add_argument(
        '--drill-schedule',
        metavar='<duration or expression>',
        type=argument.drill_schedule,
        help=(
            "When recoveries are rehearsed, such as 7d or '0 3 * * sun "
            "Europe/Berlin'"
        ),
    )
    parser.add_argument(
        '--drill-network',
        metavar='<network>',
        help='The network (name or id) of a drill (default: it has none)',
    )


def check(parsed_args: argparse.Namespace) -> None:
    """Refuse what contradicts itself.

    :raises CommandError: a member is given and emptied
    """
    for option, against, _ in _EMPTIED:
        if getattr(parsed_args, option, None) is None:
            continue
        if getattr(parsed_args, against) is not None:
            name = against.replace('_', '-')
            argument.refuse(f'--no-{name}', f'not allowed with --{name}')


def members(
    parsed_args: argparse.Namespace, current: client.Record
) -> client.Record:
    """Give the rules, what is left open taken from the current ones."""
    chosen = {
        member: getattr(parsed_args, option.replace('-', '_'))
        for option, member in (
            *((option, member) for option, member, _ in _SWITCHES),
            *_VALUES.items(),
        )
    }
    found = {k: v for k, v in chosen.items() if v is not None}
    if getattr(parsed_args, 'no_recovery_check', None):
        found['checks'] = []
    standing = current.get('recovery') or {}
    drills = _drills(parsed_args)
    if drills:
        found['drills'] = {**(standing.get('drills') or {}), **drills}
    return {'recovery': {**standing, **found}} if found else {}


def _drills(parsed_args: argparse.Namespace) -> client.Record:
    found: client.Record = {}
    for option, member in _DRILLS.items():
        if getattr(parsed_args, option) is not None:
            found[member] = getattr(parsed_args, option)
        elif getattr(parsed_args, f'no_{option}', None):
            found[member] = None
    return found
