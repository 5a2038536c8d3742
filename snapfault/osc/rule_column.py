"""How the rules of a policy are shown: readable in a table."""

import typing

from cliff import columns

from snapfault.osc import argument
from snapfault.osc import column

Record = dict[str, typing.Any]


class Schedules(columns.FormattableColumn):
    """When a policy's runs fall due, one schedule a line."""

    def human_readable(self) -> str:
        """Say ``every 6h (21600 s)``, or the cron with its zone."""
        return '\n'.join(_schedule(each) for each in self._value)


class Windows(columns.FormattableColumn):
    """Spans of the week, one a line."""

    def human_readable(self) -> str:
        """Say ``08:00-18:00 mon,tue (UTC)``."""
        return '\n'.join(_window(each) for each in self._value or ())


class Quota(columns.FormattableColumn):
    """Which good points are kept."""

    def human_readable(self) -> str:
        """Say ``7 points``, and further limits, one a line."""
        lines = _limits(self._value)
        if self._value.get('minimum', 1) > 1:
            lines.append(f'at least {self._value["minimum"]}')
        for label, limits in self._value.get('labels', {}).items():
            said = ', '.join(_limits(limits)) or 'all'
            lines.append(f'{label}: {said}')
        return '\n'.join(lines) or 'all'


class Selector(columns.FormattableColumn):
    """Which servers a policy selects, one condition a line."""

    def human_readable(self) -> str:
        """Say ``tier=gold`` and ``tag web``."""
        if self._value is None:
            return ''
        metadata = self._value.get('metadata', {})
        return '\n'.join(
            [f'{key}={value}' for key, value in metadata.items()]
            + [f'tag {tag}' for tag in self._value.get('tags', ())]
        )


class Sharing(columns.FormattableColumn):
    """Whom a policy is shared with, one project a line."""

    def human_readable(self) -> str:
        """Say ``all projects``, or ids."""
        shared = self._value or ()
        return '\n'.join('all projects' if e == '*' else e for e in shared)


class Thresholds(columns.FormattableColumn):
    """The bounds a policy sets, one a line."""

    def human_readable(self) -> str:
        """Say ``cpu_util over 80``."""
        return '\n'.join(_threshold(each) for each in self._value)


class Multipliers(columns.FormattableColumn):
    """What each weigher counts, one a line."""

    def human_readable(self) -> str:
        """Say ``performance x 1.5``."""
        return '\n'.join(
            f'{name} x {value:g}' for name, value in self._value.items()
        )


class Consistency(columns.FormattableColumn):
    """How the members of a point go together."""

    def human_readable(self) -> str:
        """Say ``group or fail``, the image, and the windows, one a line."""
        if self._value is None:
            return ''
        or_else = self._value.get('or_else', 'degrade')
        lines = [f'{self._value.get("level", "crash")} or {or_else}']
        if self._value.get('root_image'):
            lines.append('with an image of the root disk')
        lines += [_window(each) for each in self._value.get('maintenance', ())]
        return '\n'.join(lines)


class RecoveryRules(columns.FormattableColumn):
    """What may happen without a person."""

    def human_readable(self) -> str:
        """Say whether, and then each rule that was chosen, one a line."""
        rules = self._value
        how = 'automatic' if rules.get('automatic') else 'by a person'
        if rules.get('automatic') and rules.get('approval'):
            how += ', once approved'
        lines = [f'{how}, margin {column.duration(rules.get("margin", 0))}']
        if rules.get('starts_on') == 'failed-backup':
            lines.append(
                'any failed backup starts it'
                + (', even if healthy' if rules.get('even_if_healthy') else '')
            )
        lines += [told for name, told in _MAY if rules.get(name)]
        lines += [
            f'{told} {column.duration(rules[name])}'
            for name, told in (('confirm', 'seen for'), ('keep', 'keeps for'))
            if name in rules
        ]
        if 'steps_back' in rules:
            lines.append(f'steps back {rules["steps_back"]}')
        lines += [_check(each) for each in rules.get('checks') or ()]
        return '\n'.join([*lines, *_drills(rules.get('drills') or {})])


#: Switches of the recovery rules, and what is said of those that are on.
_MAY = (
    ('reboot_first', 'reboots first'),
    ('proven_only', 'only from proven points'),
    ('without_point', 'rebuilds without a point'),
    ('evacuate', 'evacuates'),
    ('repair', 'repairs volumes'),
    ('others', 'though others look after the server'),
)


def _check(check: Record) -> str:
    options = check.get('options') or {}
    told = ' '.join(f'{key}={value}' for key, value in options.items())
    timeout = column.duration(check.get('timeout', 300))
    return ' '.join(f'check {check["driver"]} {told} in {timeout}'.split())


def _drills(drills: Record) -> list[str]:
    if not drills.get('schedule'):
        return []
    network = drills.get('network')
    where = f' on network {network}' if network else ''
    return [f'drill {_schedule(drills["schedule"])}{where}']


def _schedule(schedule: Record) -> str:
    label = schedule.get('label', 'default')
    start = '' if label == 'default' else f'{label}: '
    if schedule.get('cron'):
        zone = schedule.get('time_zone') or 'UTC'
        return f'{start}cron {schedule["cron"]} ({zone})'
    return f'{start}every {column.duration(schedule["interval"])}'


def _window(window: Record) -> str:
    days = window.get('days', argument.DAYS)
    said = '' if len(days) == 7 else f' {",".join(days)}'
    zone = window.get('time_zone', 'UTC')
    return f'{window["begin"]}-{window["end"]}{said} ({zone})'


def _limits(limits: Record) -> list[str]:
    said = []
    count, size = limits.get('count'), limits.get('gigabytes')
    if count is not None:
        said.append(f'{count} point' if count == 1 else f'{count} points')
    if size is not None:
        said.append(f'up to {size} GiB')
    if limits.get('age') is not None:
        said.append(f'up to {column.duration(limits["age"])} old')
    tiers = limits.get('tiers') or {}
    said += [
        f'{name} {tiers[name]}' for name in argument.TIERS if tiers.get(name)
    ]
    return said


def _threshold(threshold: Record) -> str:
    side = 'under' if threshold.get('under') is not None else 'over'
    aggregation = threshold.get('aggregation', 'mean')
    of = '' if aggregation == 'mean' else f' ({aggregation})'
    margin = threshold.get('margin') or 0
    by = f', margin {margin:g}' if margin else ''
    return f'{threshold["metric"]}{of} {side} {threshold[side]:g}{by}'
