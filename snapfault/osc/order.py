"""``--sort``: in which order a list is given."""

import argparse
import collections.abc


def reader(
    keys: collections.abc.Sequence[str],
) -> collections.abc.Callable[[str], str]:
    """Give the reader of KEY or KEY:DIRECTION."""

    def read(text: str) -> str:
        key, colon, direction = text.partition(':')
        if key not in keys or (colon and direction not in ('asc', 'desc')):
            raise argparse.ArgumentTypeError(
                f'{text!r}: give one of {", ".join(keys)}, and if wanted :asc'
                ' or :desc behind it'
            )
        return text

    return read
