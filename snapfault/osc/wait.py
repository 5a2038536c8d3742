"""Watch something until it is over, and tell how it goes meanwhile.

What is told goes to standard error, so that standard output holds nothing but
the result: one line that is redrawn where that is a terminal, a plain line for
each change where it is not.
"""

import argparse
import collections.abc
import shutil
import threading
import time
import typing

from osc_lib import exceptions

from snapfault.osc import argument
from snapfault.osc import client
from snapfault.osc import column

#: Seconds from one look to the next: short at first, for what is over soon.
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 3.0
PAUSE_GROWTH = 1.5
CLEAR_LINE = '\r\x1b[K'

DONE = 'done'
TOO_MANY = 429
OVER = frozenset({DONE, 'failed', 'missed', 'refused', 'aborted'})


class TimedOut(exceptions.CommandError):
    """It was not over in time; it goes on without being watched."""

    def __init__(self, text: str, last: client.Record) -> None:
        """Keep what was seen last."""
        super().__init__(text)
        self.last = last


class Story(typing.Protocol):
    """How to tell of one kind of thing."""

    def news(self, record: client.Record) -> collections.abc.Iterable[str]:
        """Give the lines that stay, each once."""

    def state(self, record: client.Record) -> str:
        """Say in a line where it stands."""


class Going(Story, typing.Protocol):
    """How what was deleted goes."""

    def look(self) -> client.Record:
        """Look at those still there; 'deleted' once none is."""


class Progress:
    """What is told on a stream."""

    def __init__(self, stream: typing.TextIO) -> None:
        """Redraw where the stream is a terminal."""
        self._stream = stream
        self._redraws = stream.isatty()
        self._last = ''

    def state(self, text: str, seconds: float) -> None:
        """Tell where it stands: over what stood there, or if it changed."""
        text = ' '.join(text.split())
        if self._redraws:
            width = shutil.get_terminal_size().columns - 1
            line = f'[{seconds:.0f} s] {text}'[:width]
            self._write(f'{CLEAR_LINE}{line}')
        elif text != self._last:
            self._write(f'{text}\n')
        self._last = text

    def note(self, text: str) -> None:
        """Tell a line that stays."""
        self.clear()
        self._write(f'{" ".join(text.split())}\n')

    def clear(self) -> None:
        """Leave no half line behind."""
        if self._redraws and self._last:
            self._write(CLEAR_LINE)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def until_over(
    read: collections.abc.Callable[[], client.Record],
    story: Story,
    timeout: int,
    stream: typing.TextIO,
    over: collections.abc.Container[str | None] = OVER,
) -> client.Record:
    """Read again and again until the status is one of those at an end.

    An outage of the service is waited out like anything else, and so is
    having asked too often.

    :param timeout: seconds
    :raises TimedOut: it was not over by then
    """
    progress = Progress(stream)
    began = time.monotonic()
    pause = FIRST_PAUSE
    record: client.Record = {}
    try:
        while True:
            seconds = time.monotonic() - began
            record = _look(read, story, progress, seconds) or record
            if record.get('status') in over:
                return record
            if seconds >= timeout:
                break
            threading.Event().wait(min(pause, timeout - seconds))
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
    finally:
        progress.clear()
    raise TimedOut(
        f'not over after {column.duration(timeout)}: the last status seen '
        f'was {record.get("status", "none")!r}; it goes on, unwatched',
        record,
    )


def _look(
    read: collections.abc.Callable[[], client.Record],
    story: Story,
    progress: Progress,
    seconds: float,
) -> client.Record | None:
    try:
        record = read()
    except client.Unreachable:
        progress.state('the service does not answer; waiting on', seconds)
        return None
    except exceptions.ClientException as error:
        if error.code < 500 and error.code != TOO_MANY:
            raise
        progress.state(f'{error}; waiting on', seconds)
        return None
    for line in story.news(record):
        progress.note(line)
    progress.state(story.state(record), seconds)
    return record


class MayWait:
    """A command that may wait."""

    app: typing.Any
    timeout: typing.ClassVar[int]  #: seconds, where none are given

    def add_wait_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add --wait and --timeout."""
        parser.add_argument(
            '--wait',
            action='store_true',
            help=(
                'Wait until it is over and tell how it goes on standard '
                'error; the exit code is not 0 when it fails or takes longer '
                'than --timeout'
            ),
        )
        parser.add_argument(
            '--timeout',
            metavar='<duration>',
            type=argument.some_time,
            help=(
                'With --wait: the longest to wait, such as 90, 15m or 6h '
                f'(default: {column.duration(self.timeout)})'
            ),
        )

    def check_wait_arguments(self, parsed_args: argparse.Namespace) -> None:
        """Refuse --timeout without --wait.

        :raises CommandError: so it is
        """
        if parsed_args.timeout is not None and not parsed_args.wait:
            argument.refuse('--timeout', 'has no meaning without --wait')

    def until_deleted(
        self, going: Going, parsed_args: argparse.Namespace
    ) -> None:
        """Watch until all that was deleted is gone.

        :raises TimedOut: some was not in time
        """
        until_over(
            going.look,
            going,
            parsed_args.timeout or self.timeout,
            self.app.stderr,
            over=('deleted',),
        )


class Waits(MayWait):
    """A ShowOne that may wait, and fails after it has shown the failure."""

    what: typing.ClassVar[str]  #: as in 'The task ... failed'
    wanted: typing.ClassVar[str] = DONE  #: the end that is no failure
    _failure = ''

    def outcome(
        self,
        record: client.Record,
        collection: client.Collection,
        story: Story,
        parsed_args: argparse.Namespace,
    ) -> client.Record:
        """Give a record as it is, or with --wait as it is when over."""
        if not parsed_args.wait:
            return record
        identity = record['id']
        timeout = parsed_args.timeout or self.timeout
        try:
            record = until_over(
                lambda: collection.get(identity),
                story,
                timeout,
                self.app.stderr,
            )
        except TimedOut as error:
            self._failure = f'The {self.what} {identity} is {error}'
            return error.last or record
        if record['status'] != self.wanted:
            reason = record.get('reason') or 'no reason is given'
            self._failure = (
                f'The {self.what} {identity} ended as '
                f'{record["status"]}: {reason}'
            )
        return record

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Show the outcome, then fail if it is one.

        :raises CommandError: it failed, or was not over in time
        """
        code: int = super().run(parsed_args)  # type: ignore[misc]
        if self._failure:
            raise exceptions.CommandError(self._failure)
        return code
