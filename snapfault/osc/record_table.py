"""``openstack protection import`` and ``export``: the record table."""

import argparse
import collections.abc
import pathlib
import sys
import typing

from osc_lib import exceptions

from snapfault.osc import client
from snapfault.osc import command
from snapfault.osc import consent
from snapfault.osc import named
from snapfault.osc import table_file

#: What stands before a change, as in the difference of two files.
SIGNS: typing.Final = {'create': '+', 'change': '~', 'remove': '-'}
TITLES: typing.Final = ('Action', 'Kind', 'Name', 'Changes')
Changes = collections.abc.Sequence[client.Record]


class Import(command.PlainLister):
    """Bring policies and protections into the state that a file describes."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the file, and how far to go."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'file', metavar='<file>', help='A YAML file; - reads from a pipe'
        )
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help='Show what would be changed, and change nothing',
        )
        parser.add_argument(
            '--prune',
            action='store_true',
            help=(
                'Remove policies and protections that are not in the file '
                '(default: they stay as they are)'
            ),
        )
        consent.add_argument(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> command.Shown:
        """Show the difference, ask, and apply it all or not at all."""
        file = table_file.TableFile(
            parsed_args.file, _content(parsed_args.file)
        )
        document = self._with_ids(file)
        looked = self._send(file, document, parsed_args.prune)
        changes = typing.cast(Changes, looked['changes'])
        if not changes:
            self._say('There is nothing to change.')
        elif parsed_args.dry_run:
            self._say('Nothing was changed.')
        else:
            if not parsed_args.yes:
                self._ask(changes, parsed_args.file)
            # what was agreed to is a change of what stood then
            changed = self._send(
                file, document, parsed_args.prune, looked['generation']
            )
            changes = changed['changes']
        return TITLES, [
            (each['action'], each['kind'], each['name'], _told(each))
            for each in changes
        ]

    def _send(
        self,
        file: table_file.TableFile,
        document: client.Record,
        prune: bool,
        generation: str | None = None,
    ) -> client.Record:
        """Send the whole document.

        :param generation: of the table that is to be changed; None: only look
        :raises CommandError: the service refuses it; says in which line
        """
        path = client.with_query(
            'record-table',
            {'prune': prune or None, 'dry_run': generation is None or None},
        )
        try:
            return self.service.request(
                'PUT', path, {'record_table': document}, generation
            )
        except exceptions.BadRequest as error:
            raise exceptions.CommandError(
                file.located(str(error.message))
            ) from error

    def _with_ids(self, file: table_file.TableFile) -> client.Record:
        """Put ids where the file has servers by name.

        :raises CommandError: there is none of that name, or several
        """
        document = dict(file.document)
        protections = document.get('protections')
        if isinstance(protections, list):
            document['protections'] = [
                self._with_id(file, each, f'.protections[{position}]')
                for position, each in enumerate(protections)
            ]
        return document

    def _with_id(
        self, file: table_file.TableFile, given: typing.Any, path: str
    ) -> typing.Any:
        if not isinstance(given, dict) or 'server' not in given:
            return given
        members = {k: v for k, v in given.items() if k != 'server'}
        try:
            if 'server_id' in given or not isinstance(given['server'], str):
                raise exceptions.CommandError(
                    'give either the name of one or its id as server_id'
                )
            members['server_id'] = named.server_id(self.app, given['server'])
        except exceptions.CommandError as error:
            raise exceptions.CommandError(
                file.located(f'record_table{path}.server: {error}')
            ) from error
        return members

    def _ask(self, changes: Changes, name: str) -> None:
        """Let a person look first.

        :raises CommandError: nobody says yes
        """
        for each in changes:
            sign, told = SIGNS[each['action']], _told(each)
            self._say(
                f'{sign} {each["kind"]} {each["name"]}'
                + ''.join(f'\n    {line}' for line in told.splitlines())
            )
        consent.ask(
            self.app,
            f'{len(changes)} changes are to be made',
            'Make them?',
            stdin_is_taken=name == '-',
        )

    def _say(self, text: str) -> None:
        """Tell a person, without a word in the result."""
        self.app.stderr.write(f'{text}\n')


class Export(command.Spoken):
    """Write policies and protections into a file that import reads."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take the file."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument(
            'file',
            metavar='<file>',
            nargs='?',
            help='Where to write it (default: standard output)',
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the file, always in the same order."""
        found = self.service.request('GET', 'record-table')
        text = table_file.write(found['record_table'])
        if parsed_args.file in (None, '-'):
            self.app.stdout.write(text)
            return
        try:
            pathlib.Path(parsed_args.file).write_text(text, encoding='utf-8')
        except OSError as error:
            raise exceptions.CommandError(
                f'{parsed_args.file} cannot be written: {error.strerror}'
            ) from error


def _content(name: str) -> bytes:
    """Read a file, but never more than a little over what is allowed.

    :raises CommandError: it cannot be read
    """
    most = table_file.LARGEST + 1
    if name == '-':
        return sys.stdin.buffer.read(most)
    try:
        with pathlib.Path(name).open('rb') as file:
            return file.read(most)
    except OSError as error:
        raise exceptions.CommandError(
            f'{name} cannot be read: {error.strerror}'
        ) from error


def _told(change: client.Record) -> str:
    """Say what of one is changed, a member a line."""
    return '\n'.join(
        f'{each["name"]}: {_value(each["was"])} -> {_value(each["now"])}'
        for each in change['members']
    )


def _value(value: typing.Any) -> str:
    return table_file.write_line(value)
