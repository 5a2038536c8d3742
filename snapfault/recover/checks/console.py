"""Check: the server has written a text on its console."""

import typing

from snapfault import resource
from snapfault.cloud import port
from snapfault.recover import check


class Console(check.Check):
    """Look for a text in the last lines of the console's log."""

    options: typing.ClassVar = {
        'text': 'a text, such as text=login:',
        'lines': 'how many of the last lines (default: 100)',
    }
    required = frozenset({'text'})

    def wrong_value(self, options: check.Options) -> str:
        """Look at text and lines."""
        if not options['text']:
            return 'text is empty: give what the guest writes once it is up'
        return check.wrong_number(options, 'lines', 10000)

    def look(
        self,
        project: port.Project,
        server: resource.Server,
        options: check.Options,
    ) -> str:
        """Read the console; its text may lie anywhere in those lines."""
        lines = int(options.get('lines', '100'))
        if options['text'] in project.get_console(server.id, lines):
            return ''
        return (
            f'{options["text"]!r} is not in the last {lines} lines of the'
            ' console'
        )
