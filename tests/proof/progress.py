"""How far a claim has come, on a terminal and elsewhere."""

import shutil
import time
import typing

#: Seconds between two lines where there is no terminal, and on one.
PLAIN = 10.0
LIVE = 0.2
CLEAR = '\r\x1b[K'


class Progress:
    """Shows a count that goes up.

    On a terminal it is one line that changes; elsewhere a new line comes
    every ten seconds, so that a log stays readable.
    """

    def __init__(
        self,
        name: str,
        total: int,
        unit: str,
        stream: typing.TextIO,
        clock: typing.Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is shown yet."""
        self._name = name
        self._total = total
        self._unit = unit
        self._stream = stream
        self._clock = clock
        self._live = stream.isatty()
        self._begun = self._shown = clock()

    def __call__(self, done: int, note: str = '') -> None:
        """Show that so much is done, unless that was shown just now."""
        now = self._clock()
        if now - self._shown < (LIVE if self._live else PLAIN):
            return
        self._shown = now
        text = self._line(done, now - self._begun, note)
        if self._live:
            width = shutil.get_terminal_size().columns
            self._stream.write(f'{CLEAR}{text[: width - 1]}')
        else:
            self._stream.write(f'{text}\n')
        self._stream.flush()

    def _line(self, done: int, seconds: float, note: str) -> str:
        left = seconds / done * (self._total - done) if done else None
        parts = [
            f'{self._name}: {done} of {self._total} {self._unit}',
            f'{seconds:.0f} s',
        ]
        if left is not None:
            parts.append(f'about {left:.0f} s left')
        return ', '.join([*parts, note] if note else parts)

    def say(self, text: str) -> None:
        """Say something at once, below what has been shown."""
        self.end()
        self._stream.write(f'{text}\n')
        self._stream.flush()

    def end(self) -> None:
        """Take the changing line away."""
        if self._live:
            self._stream.write(CLEAR)
            self._stream.flush()
