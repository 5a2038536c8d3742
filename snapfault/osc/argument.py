"""Read what a person typed, and say at once what is wrong with it.

Each reader is the ``type`` of an argparse argument: argparse puts the name
of the option before the message.
"""

import argparse
import math
import re
import typing

from osc_lib import exceptions

DURATION = re.compile(
    r'(?:(?P<d>\d{1,9})d)?(?:(?P<h>\d{1,9})h)?'
    r'(?:(?P<m>\d{1,9})m)?(?:(?P<s>\d{1,9})s?)?',
    re.ASCII,
)
UNITS = {'d': 86400, 'h': 3600, 'm': 60, 's': 1}


def duration(text: str) -> int:
    """Read seconds, or days, hours, minutes and seconds: 1d, 6h, 1h30m."""
    match = DURATION.fullmatch(text)
    if not text or match is None:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a duration: give seconds, or a number with s, '
            'm, h or d behind it, such as 90, 15m, 6h, 1h30m or 1d'
        )
    parts = match.groupdict(default='0')
    return sum(int(parts[unit]) * size for unit, size in UNITS.items())


def some_time(text: str) -> int:
    """Read a duration of a second or more."""
    seconds = duration(text)
    if seconds < 1:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no time at all: give a second or more, such as 15m'
        )
    return seconds


def count(text: str) -> int:
    """Read a whole number of at least 1."""
    if not re.fullmatch(r'\d{1,9}', text, re.ASCII) or int(text) < 1:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a whole number of at least 1'
        )
    return int(text)


def cron(text: str) -> str:
    """Read a cron expression; the service looks closer than we do."""
    if len(text.split()) != 5:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a cron expression: give five fields (minute, '
            "hour, day of month, month, day of week) in quotes: '0 3 * * *'"
        )
    return text


def threshold(text: str) -> tuple[str, float]:
    """Read METRIC=VALUE, of which the value is above zero."""
    metric, value = _pair(text, 'METRIC=VALUE, such as cpu_util=80')
    if value <= 0:
        raise argparse.ArgumentTypeError(
            f'{text!r}: the value of a threshold must be above zero'
        )
    return metric, value


def multiplier(text: str) -> tuple[str, float]:
    """Read WEIGHER=X, of which X is any finite number."""
    return _pair(text, 'WEIGHER=X, such as performance=1.5')


def once_each(option: str, pairs: list[tuple[str, float]]) -> dict[str, float]:
    """Gather the pairs of a repeated option.

    :raises CommandError: a name is given twice
    """
    gathered = dict(pairs)
    if len(gathered) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        refuse(option, f'{twice!r} is given more than once: give it once')
    return gathered


def refuse(option: str, why: str) -> typing.NoReturn:
    """End the command as argparse would for a bad argument.

    :raises CommandError: always
    """
    raise exceptions.CommandError(f'argument {option}: {why}')


def _pair(text: str, form: str) -> tuple[str, float]:
    name, _, number = text.rpartition('=')
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not name or not math.isfinite(value):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not of the form {form} with a finite number'
        )
    return name, value
