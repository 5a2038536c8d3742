"""When to look again at what the cloud was asked for. Pure."""

import datetime
import typing

#: Of the time that something took so far: so much later it may be noticed.
SHARE: typing.Final = 0.15


class Pace:
    """Looks often at first, and the more seldom the longer it takes."""

    def __init__(self, now: datetime.datetime) -> None:
        """Begin, with nothing asked for yet."""
        self._moved_at = now

    def moved(self, now: datetime.datetime) -> None:
        """Take note that something was asked for, or came to its end."""
        self._moved_at = now

    def rest(self, now: datetime.datetime) -> float:
        """Give the seconds until the next look."""
        return SHARE * (now - self._moved_at).total_seconds()
