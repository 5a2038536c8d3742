"""Keep with a step what the cloud calls the requests it made."""

import collections.abc
import contextlib
import typing

from snapfault import errors
from snapfault.cloud import request_ids


class Journal(typing.Protocol):
    """Where the ids are kept."""

    def asked(self, position: int, ids: collections.abc.Sequence[str]) -> None:
        """Add the cloud's ids of what a step asked for."""


@contextlib.contextmanager
def noted(journal: Journal, position: int) -> collections.abc.Iterator[None]:
    """Write down the ids of the changes that are asked for in the block.

    Also of one that the cloud could not do: then they are needed most. Not
    of one that it was too busy for: that is asked again and again.
    """
    with request_ids.collected() as ids:
        try:
            yield
        except errors.CloudConflict:
            raise
        except errors.SnapfaultError:
            _write(journal, position, ids)
            raise
        _write(journal, position, ids)


def _write(journal: Journal, position: int, ids: list[str]) -> None:
    if ids:
        journal.asked(position, ids)
