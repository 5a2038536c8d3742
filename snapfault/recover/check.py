"""What a check is: one look that tells whether a service works."""

import abc
import collections.abc
import typing

from snapfault import resource
from snapfault.cloud import port

Options = collections.abc.Mapping[str, str]

#: Seconds that one look at one address may take, with all it is answered; it
#: is repeated until the check's timeout.
PROBE = 5.0
#: Seconds that a look at all addresses may take: they share it equally.
LOOK = 20.0


class Check(abc.ABC):
    """A driver of ``snapfault.recover.checks``, made once and shared."""

    #: Its options, and what each is for.
    options: typing.ClassVar[collections.abc.Mapping[str, str]]
    required: typing.ClassVar[
        frozenset[str]
    ]  #: those without which it cannot look

    def wrong(self, options: Options) -> str:
        """Say what is wrong with options; empty: nothing. Pure."""
        for name in options:
            if name not in self.options:
                return (
                    f'there is no option {name!r}: there are'
                    f' {", ".join(sorted(self.options))}'
                )
        for name in sorted(self.required - options.keys()):
            return f'{name} is missing: give {self.options[name]}'
        return self.wrong_value(options)

    @abc.abstractmethod
    def wrong_value(self, options: Options) -> str:
        """Say what is wrong with the values; empty: nothing. Pure."""

    @abc.abstractmethod
    def look(
        self, project: port.Project, server: resource.Server, options: Options
    ) -> str:
        """Look once, in a few seconds at most.

        :param options: that are not wrong
        :returns: why the service does not work; empty: it does
        :raises SnapfaultError: the cloud does not let us look
        """


def wrong_number(options: Options, name: str, most: int) -> str:
    """Say what is wrong with a number from 1, where it is given."""
    text = options.get(name)
    if text is None or (
        text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most
    ):
        return ''
    return f'{name} {text!r} is not a whole number from 1 to {most}'
