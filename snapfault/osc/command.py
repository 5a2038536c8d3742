"""The shapes that commands of all nouns share."""

import argparse
import collections.abc
import typing

from osc_lib import exceptions
from osc_lib.command import command

from snapfault.osc import argument
from snapfault.osc import client
from snapfault.osc import consent
from snapfault.osc import order

#: A member of a resource, and the column class that shows it; None shows
#: it as it is.
Field = tuple[str, typing.Any]
Fields = tuple[Field, ...]
Shown = tuple[tuple[str, ...], collections.abc.Iterable[typing.Any]]
PROJECT: Field = ('project_id', None)


def show(record: client.Record, fields: Fields) -> Shown:
    """Show one resource."""
    return tuple(name for name, _ in fields), cells(record, fields)


def cells(record: client.Record, fields: Fields) -> tuple[typing.Any, ...]:
    """Give the values of a resource, each as its column shows it."""
    values = ((record.get(name), kind) for name, kind in fields)
    return tuple(kind(value) if kind else value for value, kind in values)


def title(name: str) -> str:
    """Give the title of a list's column: ``Business ID``."""
    return name.replace('_', ' ').title().replace('Id', 'ID')


class Spoken(command.Command):
    """A command that speaks to the service."""

    @property
    def service(self) -> client.Client:
        """The client of the service."""
        return typing.cast(
            client.Client, self.app.client_manager.fault_tolerance
        )


class ShowOne(Spoken, command.ShowOne):
    """A command that shows one resource."""


class Show(ShowOne):
    """A command that shows one resource that is there."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take what names it, and where to look."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        self.add_name(parser)
        add_all_projects(parser)
        return parser

    def add_name(self, parser: argparse.ArgumentParser) -> None:
        """Add the positional that names it."""
        raise NotImplementedError


class PlainLister(Spoken, command.Lister):
    """A command that shows rows."""


class Lister(PlainLister):
    """A command that lists resources of one kind."""

    fields: typing.ClassVar[Fields]
    #: What the service sorts by.
    keys: typing.ClassVar[tuple[str, ...]] = ('created_at', 'business_id')

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what every list takes, then the noun's own filters."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        self.add_filters(parser)
        add_all_projects(parser)
        parser.add_argument(
            '--limit',
            metavar='<count>',
            type=argument.count,
            help='List no more than so many (default: all)',
        )
        parser.add_argument(
            '--marker',
            metavar='<id>',
            help='List what comes after the one with this id',
        )
        parser.add_argument(
            '--sort',
            metavar='<key>[:<direction>]',
            type=order.reader(self.keys),
            help=(
                f'Sort by {", ".join(self.keys)}, asc or desc (default: '
                'newest first)'
            ),
        )
        return parser

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that choose what is listed."""

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Give the query that the chosen filters stand for."""
        return {}

    def collection(self) -> client.Collection:
        """Give what is listed."""
        raise NotImplementedError

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """List in the order that is asked for."""
        query = {
            **self.filters(parsed_args),
            'sort': parsed_args.sort,
            'marker': parsed_args.marker,
            'all_projects': parsed_args.all_projects or None,
        }
        found = self.collection().list(query, parsed_args.limit)
        return self.rows(self.fields, found, parsed_args)

    def rows(
        self,
        fields: Fields,
        found: list[client.Record],
        parsed_args: argparse.Namespace,
    ) -> Shown:
        """Give the titles and one row for each."""
        if parsed_args.all_projects:
            fields = (*fields, PROJECT)
        titles = tuple(title(name) for name, _ in fields)
        return titles, [cells(each, fields) for each in found]


class OfServices(Lister):
    """A command that lists what there is of business services."""

    statuses: typing.ClassVar[collections.abc.Sequence[str]]

    def add_filters(self, parser: argparse.ArgumentParser) -> None:
        """Take a business id and a status."""
        parser.add_argument(
            '--business-id',
            metavar='<business-id>',
            help='Only those of this service, protected still or no more',
        )
        parser.add_argument(
            '--status', choices=self.statuses, help='Only those that stand so'
        )

    def filters(self, parsed_args: argparse.Namespace) -> client.Query:
        """Choose by business id and status."""
        return {
            'business_id': parsed_args.business_id,
            'status': parsed_args.status,
        }


class Several(Spoken):
    """A command that does the same to one or several."""

    def each(
        self,
        names: collections.abc.Sequence[str],
        act: collections.abc.Callable[[str], None],
        done: str,
    ) -> None:
        """Act on each; one that fails does not keep the others.

        :param done: what became of those that did not fail
        :raises CommandError: some were not
        """
        failed = 0
        for name in names:
            try:
                act(name)
            except (
                exceptions.ClientException,
                exceptions.CommandError,
            ) as error:
                failed += 1
                self.log.error('%s was not %s: %s', name, done, error)
        if failed:
            raise exceptions.CommandError(
                f'{failed} of {len(names)} were not {done}'
            )


class Delete(Several):
    """A command that deletes one or several, once a person agrees."""

    names: typing.ClassVar[tuple[str, str]]  #: metavar and help
    loss: typing.ClassVar[str]  #: what follows for them

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Take one or several, and whether to ask."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        metavar, text = self.names
        parser.add_argument('names', metavar=metavar, nargs='+', help=text)
        consent.add_argument(parser)
        return parser

    def delete_one(self, name: str) -> None:
        """Delete one."""
        raise NotImplementedError

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete each; one that fails does not keep the others.

        :raises CommandError: some were not deleted
        """
        names = parsed_args.names
        if not parsed_args.yes:
            consent.ask(
                self.app, f'{", ".join(names)}: {self.loss}', 'Delete?'
            )
        self.each(names, self.delete_one, 'deleted')


def add_all_projects(parser: argparse.ArgumentParser) -> None:
    """Add --all-projects."""
    parser.add_argument(
        '--all-projects',
        action='store_true',
        help='Look in all projects (admin only)',
    )
