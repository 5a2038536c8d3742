"""What the command line offers."""

import argparse
import contextlib
import pathlib
import signal
import sys

from tests.minicloud import fault_commands
from tests.minicloud import layout
from tests.minicloud import lifecycle
from tests.minicloud import status


def _say(text: str) -> None:
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


def _up(arguments: argparse.Namespace) -> None:
    lifecycle.up(
        arguments.state,
        arguments.fresh,
        arguments.token_expiration,
        _say,
    )
    _say(f'export OS_CLIENT_CONFIG_FILE={arguments.state}/clouds.yaml')


def _down(arguments: argparse.Namespace) -> None:
    lifecycle.down(arguments.state, arguments.purge)


def _status(arguments: argparse.Namespace) -> None:
    found = status.collect(layout.load(arguments.state))
    _say(status.FORMATS[arguments.format](found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='python -m tests.minicloud',
        description='Real OpenStack services in one small machine.',
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        '--state',
        type=lambda text: pathlib.Path(text).resolve(),
        default=layout.DEFAULT_ROOT,
        help='the folder of the cloud (default: %(default)s)',
    )
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    command = commands.add_parser(
        'up', parents=[common], help='start what does not run'
    )
    command.add_argument(
        '--fresh', action='store_true', help='forget its data first'
    )
    command.add_argument(
        '--token-expiration',
        type=int,
        metavar='SECONDS',
        help='lifetime of tokens (a new cloud: 86400)',
    )
    command.set_defaults(call=_up)
    command = commands.add_parser(
        'down', parents=[common], help='stop all processes'
    )
    command.add_argument(
        '--purge', action='store_true', help='forget its data too'
    )
    command.set_defaults(call=_down)
    command = commands.add_parser(
        'status', parents=[common], help='processes, memory, states'
    )
    command.add_argument('-f', '--format', choices=status.FORMATS)
    command.set_defaults(call=_status, format='table')
    fault_commands.add(commands, common)
    return parser


def _interrupt(number: int, frame: object) -> None:
    # once is enough: the second would interrupt the cleaning up
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    """Do what the command line says; give the exit code."""
    # also in a background job, where the shell has us ignore SIGINT
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    arguments = _parser().parse_args()
    try:
        arguments.call(arguments)
    except (layout.MinicloudError, OSError) as error:
        sys.stderr.write(f'{error}\n')
        return 1
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):
            sys.stderr.write('interrupted\n')
        return 130
    return 0
