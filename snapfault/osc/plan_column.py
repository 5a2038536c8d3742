"""How the parts of a plan are shown: readable in a table."""

import typing

from cliff import columns

Record = dict[str, typing.Any]


class Take(columns.FormattableColumn):
    """The volumes that would be captured."""

    def human_readable(self) -> str:
        """Say how many and how much: ``2, 30 GiB``; None: not known."""
        if self._value is None:
            return '?'
        size = sum(each['size'] for each in self._value)
        return f'{len(self._value)}, {size} GiB'


class Quota(columns.FormattableColumn):
    """What Cinder's limits leave before and after, one a line."""

    def human_readable(self) -> str:
        """Say ``snapshots 10 -> 8`` of each limit that there is."""
        return '\n'.join(
            f'{_resource(each)} {each["before"]} -> {each["after"]}'
            for each in self._value or ()
            if each['before'] is not None
        )


class RecoveryRoom(columns.FormattableColumn):
    """Whether a recovery would find room for what it makes."""

    def human_readable(self) -> str:
        """Say ``yes``, or what is lacking; None: not known."""
        if self._value is None:
            return '?'
        lacks = [
            f'no: {_resource(each)} {each["left"]} of {each["needed"]}'
            for each in self._value['needs']
            if each['left'] is not None and each['left'] < each['needed']
        ]
        return '\n'.join(lacks) or 'yes'


def _resource(of: Record) -> str:
    kind = of['volume_type']
    return str(of['resource']) + ('' if kind is None else f' of {kind}')
