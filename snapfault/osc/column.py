"""How a value is shown: readable in a table, as it came in json."""

import collections.abc
import typing

from cliff import columns

from snapfault.osc import argument

Record = dict[str, typing.Any]


class Duration(columns.FormattableColumn):
    """Seconds: ``1h30m (5400 s)``."""

    def human_readable(self) -> str:
        """Say it in units, and how it was understood."""
        return '' if self._value is None else duration(self._value)


class Seconds(columns.FormattableColumn):
    """Seconds that were measured; None was never."""

    def human_readable(self) -> str:
        """Say it in whole seconds: ``42 s``."""
        return '' if self._value is None else f'{self._value:.0f} s'


class Weight(columns.FormattableColumn):
    """A number nobody needs all digits of; None was never ranked."""

    def human_readable(self) -> str:
        """Say it with two digits."""
        return '' if self._value is None else f'{self._value:.2f}'


class Text(columns.FormattableColumn):
    """A text or a time that may be absent."""

    def human_readable(self) -> str:
        """Show what is absent as nothing."""
        return '' if self._value is None else str(self._value)


class Kind(columns.FormattableColumn):
    """What may be known of a delegation."""

    def human_readable(self) -> str:
        """Say its kind; a service of before does not tell."""
        return str(self._value['kind']) if self._value else ''


class Texts(columns.FormattableColumn):
    """A few texts."""

    def human_readable(self) -> str:
        """Say them with commas."""
        return ', '.join(self._value or ())


class Pairs(columns.FormattableColumn):
    """A mapping whose values are whatever they are."""

    def human_readable(self) -> str:
        """Say ``key='value', other='value'``."""
        pairs = sorted((self._value or {}).items())
        return ', '.join(f"{key}='{value}'" for key, value in pairs)


class Parts(columns.FormattableColumn):
    """What a weight is made of, one weigher a line."""

    def human_readable(self) -> str:
        """Say ``performance 1.00 x 1.0 (raw 1.90)``."""
        return '\n'.join(_part(each) for each in self._value or ())


class Measures(columns.FormattableColumn):
    """What was measured, one metric a line."""

    def human_readable(self) -> str:
        """Say ``cpu_util 95, 40 s old (gnocchi)``."""
        return '\n'.join(
            f'{each["metric"]} {each["value"]:g}, {each["age"]} s old'
            f' ({each["source"]})'
            for each in self._value or ()
        )


class Prunes(columns.FormattableColumn):
    """The points that would go, one a line."""

    def human_readable(self) -> str:
        """Say each point's id and why."""
        return '\n'.join(
            f'{each["recovery_point_id"]}: {each["reason"]}'
            for each in self._value or ()
        )


class Members(columns.FormattableColumn):
    """The volumes of a recovery point, one a line."""

    def human_readable(self) -> str:
        """Say device, volume, size and snapshot."""
        return table(
            ('device', 'volume', 'GiB', 'snapshot', 'tag'),
            [
                (
                    each['device'],
                    each['volume_id'],
                    each['size'],
                    each['snapshot_id'],
                    each['tag'],
                )
                for each in self._value or ()
            ],
        )


class Volumes(columns.FormattableColumn):
    """The volumes of a recovery point, in short."""

    def human_readable(self) -> str:
        """Say how many and how much: ``2, 30 GiB``."""
        members = self._value or ()
        return f'{len(members)}, {sum(each["size"] for each in members)} GiB'


class Steps(columns.FormattableColumn):
    """The journal of a recovery, one step a line."""

    def human_readable(self) -> str:
        """Say position, phase, name, status and detail."""
        names = ('position', 'phase', 'name', 'status', 'detail')
        return table(
            names,
            [[each[name] for name in names] for each in self._value or ()],
        )


class Attempts(columns.FormattableColumn):
    """The attempts of a recovery, one a line."""

    def human_readable(self) -> str:
        """Say number, way, status, and the point or why it failed."""
        names = ('number', 'way', 'status', 'recovery_point_id', 'reason')
        return table(
            ('number', 'way', 'status', 'point', 'reason'),
            [[each[name] for name in names] for each in self._value or ()],
        )


class Kept(columns.FormattableColumn):
    """What a recovery keeps or kept, one a line."""

    def human_readable(self) -> str:
        """Say what it is, where it was, and until when it is kept."""
        names = ('kind', 'resource_id', 'device', 'status', 'keep_until')
        return table(
            ('kind', 'id', 'device', 'status', 'until'),
            [[each[name] for name in names] for each in self._value or ()],
        )


def duration(seconds: int) -> str:
    """Say seconds in units: ``1h30m (5400 s)``; below a minute ``45 s``."""
    rest = seconds
    text = ''
    for unit, size in argument.UNITS.items():
        number, rest = divmod(rest, size)
        text += f'{number}{unit}' if number else ''
    return f'{seconds} s' if seconds < 60 else f'{text} ({seconds} s)'


def table(
    titles: collections.abc.Sequence[str],
    rows: collections.abc.Sequence[collections.abc.Sequence[object]],
) -> str:
    """Line up rows below their titles; nothing where there are none."""
    if not rows:
        return ''
    cells = [
        ['' if cell is None else ' '.join(str(cell).split()) for cell in row]
        for row in (titles, *rows)
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return '\n'.join(
        '  '.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    )


def _part(part: Record) -> str:
    raw = 'no data' if part['raw'] is None else f'raw {part["raw"]:.2f}'
    return (
        f'{part["weigher"]} {part["normalised"]:.2f} x '
        f'{part["multiplier"]:.1f} ({raw})'
    )
