"""What a command prints: a table for people, or JSON for programs."""

import argparse
import collections.abc
import json
import sys
import typing

FORMATS = ('table', 'json')


def add_format(parser: argparse.ArgumentParser) -> None:
    """Let a person choose the format."""
    parser.add_argument(
        *('-f', '--format'),
        choices=FORMATS,
        default='table',
        help='table, for people, is the default',
    )


def as_json(value: typing.Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, indent=2) + '\n')


def as_table(
    headings: collections.abc.Sequence[str],
    rows: collections.abc.Iterable[collections.abc.Sequence[str]],
) -> None:
    """Print columns, each as wide as its widest cell."""
    lines = [tuple(headings), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ]
        sys.stdout.write('  '.join(cells).rstrip() + '\n')
