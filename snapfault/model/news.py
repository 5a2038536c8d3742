"""News: what people are told, by a log line and a notification."""

import collections.abc
import dataclasses
import enum


class Level(enum.StrEnum):
    """How much a person should mind."""

    INFO = 'info'
    WARNING = 'warning'  #: something waits for a person
    ERROR = 'error'
    CRITICAL = 'critical'  #: look now, and at more than one service


@dataclasses.dataclass(frozen=True)
class News:
    """One thing to tell, once what it tells of is committed."""

    event: str  #: such as 'recovery.held'
    level: Level
    text: str  #: the line of the log; empty: it has one already
    #: Ids and reasons, and never a secret: whoever listens may read it.
    payload: collections.abc.Mapping[str, str]
