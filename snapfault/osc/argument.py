"""Read what a person typed, and say at once what is wrong with it.

Each reader is the ``type`` of an argparse argument: argparse puts the name
of the option before the message.
"""

import argparse
import datetime
import math
import re
import typing

from osc_lib import exceptions

DURATION = re.compile(
    r'(?:(?P<d>\d{1,9})d)?(?:(?P<h>\d{1,9})h)?'
    r'(?:(?P<m>\d{1,9})m)?(?:(?P<s>\d{1,9})s?)?',
    re.ASCII,
)
TIME = re.compile(r'([01]\d|2[0-3]):[0-5]\d', re.ASCII)
DAYS = ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')
TIERS = ('hourly', 'daily', 'weekly', 'monthly', 'yearly')
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


def moment(text: str) -> str:
    """Read a time with its zone, as ISO 8601 writes it."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a time with its zone: give such as '
            '2026-03-01T12:00:00Z or 2026-03-01T13:00:00+01:00'
        )
    utc = found.astimezone(datetime.UTC)
    return utc.isoformat().replace('+00:00', 'Z')


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


def schedule(text: str) -> dict[str, typing.Any]:
    """Read LABEL=DURATION or LABEL=CRON; a cron is what has spaces in it."""
    label, _, when = text.partition('=')
    if not label or not when:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not of the form LABEL=WHEN: give such as hourly=1h '
            "or 'weekly=0 3 * * sun'"
        )
    if len(when.split()) > 1:
        return {'label': label, 'cron': cron(when)}
    return {'label': label, 'interval': some_time(when)}


def drill_schedule(text: str) -> dict[str, typing.Any]:
    """Read a DURATION, or a CRON and behind it a zone if there is one."""
    words = text.split()
    if len(words) < 2:
        return {'interval': some_time(text)}
    found: dict[str, typing.Any] = {'cron': cron(' '.join(words[:5]))}
    if len(words) > 6:
        raise argparse.ArgumentTypeError(
            f'{text!r}: {words[6]!r} is too much: give five fields, then a '
            'zone'
        )
    if len(words) == 6:
        found['time_zone'] = words[5]
    return found


def check(text: str) -> dict[str, typing.Any]:
    """Read DRIVER,KEY=VALUE,...; ``timeout`` is of every driver."""
    driver, *pairs = text.split(',')
    options = dict(text_pair(each) for each in pairs)
    if not driver or '=' in driver or len(options) < len(pairs):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a check: give a driver and each option once, '
            'such as tcp,port=22'
        )
    found: dict[str, typing.Any] = {'driver': driver}
    if 'timeout' in options:
        found['timeout'] = some_time(options.pop('timeout'))
    if options:
        found['options'] = options
    return found


def steps(text: str) -> int:
    """Read a whole number from 0 to 10."""
    if not re.fullmatch(r'\d{1,2}', text, re.ASCII) or int(text) > 10:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a whole number from 0 to 10'
        )
    return int(text)


def window(text: str) -> dict[str, typing.Any]:
    """Read BEGIN-END and, behind spaces, days and a zone if there are any."""
    span, *rest = text.split()
    begin, _, end = span.partition('-')
    if not TIME.fullmatch(begin) or not TIME.fullmatch(end) or len(rest) > 2:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a window: give such as 22:00-04:00, '
            "'08:00-18:00 mon-fri' or '02:00-04:00 sat,sun Europe/Berlin'"
        )
    found: dict[str, typing.Any] = {'begin': begin, 'end': end}
    if rest and rest[0][:3] in DAYS and rest[0][3:4] in ('', ',', '-'):
        found['days'] = _days(rest.pop(0))
    if rest:
        found['time_zone'] = rest.pop(0)
    if rest:
        raise argparse.ArgumentTypeError(
            f'{text!r}: {rest[0]!r} is too much: give days, then a zone'
        )
    return found


def _days(text: str) -> list[str]:
    """Read mon,tue or mon-fri, or both together; Sunday may wrap."""
    found: list[str] = []
    for each in text.split(','):
        first, _, last = each.partition('-')
        if first not in DAYS or (last and last not in DAYS):
            raise argparse.ArgumentTypeError(
                f'{each!r} is no day: there are {", ".join(DAYS)}'
            )
        at, until = DAYS.index(first), DAYS.index(last or first)
        span = (until - at) % 7 + 1
        found += [DAYS[(at + step) % 7] for step in range(span)]
    return [day for day in DAYS if day in found]


def tier(text: str) -> tuple[str, int]:
    """Read TIER=COUNT."""
    name, _, number = text.partition('=')
    if name not in TIERS:
        raise argparse.ArgumentTypeError(
            f'{text!r}: {name!r} is no tier: there are {", ".join(TIERS)}'
        )
    return name, count(number)


def label_quota(text: str) -> tuple[str, dict[str, typing.Any]]:
    """Read LABEL:NAME=VALUE,...; names are count, age, gigabytes, tiers."""
    label, _, rest = text.partition(':')
    limits: dict[str, typing.Any] = {}
    for each in rest.split(','):
        name, _, value = each.partition('=')
        if name in TIERS:
            limits.setdefault('tiers', {})[name] = count(value)
        elif name in ('count', 'gigabytes'):
            limits[name] = count(value)
        elif name == 'age':
            limits[name] = some_time(value)
        else:
            raise argparse.ArgumentTypeError(
                f'{text!r}: {name!r} is no limit: there are count, '
                f'gigabytes, age, {", ".join(TIERS)}; give such as '
                'weekly:count=4,age=90d'
            )
    return label, limits


def priority(text: str) -> int:
    """Read a whole number from -100 to 100."""
    if not re.fullmatch(r'-?\d{1,3}', text, re.ASCII) or abs(int(text)) > 100:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a whole number from -100 to 100'
        )
    return int(text)


def fraction(text: str) -> float:
    """Read a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f'{text!r} is not between 0 and 1')
    return value


def text_pair(text: str) -> tuple[str, str]:
    """Read KEY=VALUE."""
    key, sign, value = text.partition('=')
    if not key or not sign:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not of the form KEY=VALUE'
        )
    return key, value


def threshold(text: str) -> dict[str, typing.Any]:
    """Read METRIC[:AGGREGATION]=VALUE[~MARGIN]; the value is above zero."""
    bound, _, margin = text.partition('~')
    what, value = _pair(bound, 'METRIC=VALUE, such as cpu_util=80')
    if value <= 0:
        raise argparse.ArgumentTypeError(
            f'{text!r}: the value of a threshold must be above zero'
        )
    metric, _, aggregation = what.partition(':')
    found: dict[str, typing.Any] = {'metric': metric, 'value': value}
    if aggregation:
        found['aggregation'] = aggregation
    if margin:
        _, found['margin'] = _pair(f'~={margin}', 'METRIC=VALUE~MARGIN')
    return found


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
