"""Keep with a step what the cloud calls the requests it made."""

import collections.abc
import contextlib

from snapfault import errors
from snapfault.cloud import request_ids
from snapfault.recover import lines


@contextlib.contextmanager
def noted(
    journal: lines.Lines, position: int
) -> collections.abc.Iterator[None]:
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


def _write(journal: lines.Lines, position: int, ids: list[str]) -> None:
    if ids:
        journal.asked(position, ids)
