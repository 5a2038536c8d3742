"""The command line's fault: faults.py by command."""

import argparse
import json
import sys
import typing

from tests.minicloud import faults
from tests.minicloud import layout

#: Options of arm that become a fault's fields.
_FIELDS = (
    ('error', str, 'TEXT', 'fail with this text'),
    ('delay', float, 'SECONDS', 'be slow first'),
    ('count', int, 'N', 'strike as often (default: always)'),
    ('match', str, 'TEXT', 'only for ids, or paths, with this text'),
    ('method', str, 'METHOD', 'API: only requests with this method'),
    ('path', str, 'REGEX', 'API: only paths in which this is found'),
    ('status', int, 'CODE', 'API: answer with this HTTP status'),
)
#: Commands whose one argument is passed on.
_TARGETED: dict[str, tuple[str, str, typing.Any]] = {
    'server-error': (
        'SERVER_ID',
        'set a server to ERROR',
        faults.set_server_error,
    ),
    'snapshot-error': (
        'SNAPSHOT_ID',
        'set a snapshot to error',
        faults.set_snapshot_error,
    ),
    'stop': ('SERVICE', 'have a service hang (SIGSTOP)', faults.freeze),
    'continue': ('SERVICE', 'have it go on (SIGCONT)', faults.thaw),
    'kill': ('SERVICE', 'kill a service', faults.kill),
    'start': ('SERVICE', 'start it again', faults.start),
}


def _arm(arguments: argparse.Namespace) -> None:
    names = [field[0] for field in _FIELDS]
    options = {name: getattr(arguments, name) for name in names}
    armed = faults.arm(
        arguments.state,
        arguments.point,
        busy=arguments.busy,
        after=arguments.after,
        **options,
    )
    sys.stdout.write(f'{json.dumps(armed.fault)}\n')


def _clear(arguments: argparse.Namespace) -> None:
    faults.clear(arguments.state, arguments.point)


def _list(arguments: argparse.Namespace) -> None:
    for fault in faults.armed(arguments.state):
        sys.stdout.write(f'{json.dumps(fault)}\n')


def _add_arm(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('point', metavar='POINT', choices=faults.POINTS)
    for name, kind, metavar, text in _FIELDS:
        parser.add_argument(f'--{name}', type=kind, metavar=metavar, help=text)
    parser.add_argument(
        '--busy',
        action='store_true',
        help='cinder.delete_snapshot: fail as busy',
    )
    parser.add_argument(
        '--after',
        action='store_true',
        help='API: carry the request out, then strike',
    )
    parser.set_defaults(call=_arm)


def add(commands: typing.Any, common: argparse.ArgumentParser) -> None:
    """Add the command to those of the command line."""
    parser = commands.add_parser('fault', help='make the cloud fail')
    kinds = parser.add_subparsers(required=True, metavar='FAULT')

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return kinds.add_parser(name, parents=[common], help=text)

    arm = command('arm', 'have a driver or an API fail')
    arm.epilog = f'POINT is one of {", ".join(faults.POINTS)}.'
    _add_arm(arm)
    parser = command('clear', 'disarm all, or those at a point')
    parser.add_argument('point', nargs='?', metavar='POINT')
    parser.set_defaults(call=_clear)
    command('list', 'show what is armed').set_defaults(call=_list)
    for name, is_down in (('compute-down', True), ('compute-up', False)):
        command(name, 'nova takes its compute for dead, or not').set_defaults(
            call=lambda arguments, is_down=is_down: faults.force_compute(
                arguments.state, is_down
            )
        )
    for name, (metavar, text, function) in _TARGETED.items():
        _add_targeted(command(name, text), metavar, function)


def _add_targeted(
    parser: argparse.ArgumentParser, metavar: str, function: typing.Any
) -> None:
    choices = layout.SERVICES if metavar == 'SERVICE' else None
    parser.add_argument('target', metavar=metavar, choices=choices)
    parser.set_defaults(
        call=lambda arguments: function(arguments.state, arguments.target)
    )
