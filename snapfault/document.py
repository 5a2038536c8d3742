"""Policies' rules as a document of JSON: the API's and the database's.

One shape at both doors, so that what a person sends is what is kept and what
is shown. Members that a document leaves out have their default; members that
nobody knows, of a newer release's row, are left alone.
"""

import collections.abc
import dataclasses
import datetime
import typing

import cattrs
from cattrs import errors as cattrs_errors

from snapfault import rules

Document = dict[str, typing.Any]

_MEMBERS: typing.Final = {
    field.name: typing.cast('type', field.type)
    for field in dataclasses.fields(rules.Rules)
}


def read(document: collections.abc.Mapping[str, typing.Any]) -> Document:
    """Read the members that a document names into values of the rules.

    :returns: what :class:`~snapfault.rules.Rules` takes, by member
    :raises ValueError: a member is of no use
    """
    found: Document = {}
    for name, kind in _MEMBERS.items():
        if name not in document:
            continue
        try:
            found[name] = _CONVERTER.structure(document[name], kind)
        except (
            cattrs_errors.StructureHandlerNotFoundError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:
            raise ValueError(f'{name}: {error}') from error
    return found


def write(policy: rules.Rules) -> Document:
    """Write all rules of a policy; its StrEnums go as the text they are."""
    return {
        name: _CONVERTER.unstructure(getattr(policy, name), kind)
        for name, kind in _MEMBERS.items()
    }


def brief(policy: rules.Rules) -> Document:
    """Write the rules of a policy that are not what they are by default."""
    return {
        name: _BRIEF.unstructure(getattr(policy, name), kind)
        for name, kind in _MEMBERS.items()
        if name not in _DEFAULTS or getattr(policy, name) != _DEFAULTS[name]
    }


def _read_threshold(
    document: typing.Any, _kind: type[rules.Threshold]
) -> rules.Threshold:
    metric = document['metric']
    if isinstance(metric, str):
        aggregation = str(document.get('aggregation', 'mean'))
        metric = {'name': metric, 'aggregation': aggregation}
    return rules.Threshold(
        rules.Metric(**metric),  # rows of the first release have it so
        over=_number(document.get('over')),
        under=_number(document.get('under')),
        margin=float(document.get('margin', 0.0)),
    )


def _number(value: typing.Any) -> float | None:
    return None if value is None else float(value)


def _write_threshold(threshold: rules.Threshold) -> Document:
    side = 'under' if threshold.over is None else 'over'
    return {
        'metric': threshold.metric.name,
        'aggregation': threshold.metric.aggregation,
        side: getattr(threshold, side),
        'margin': threshold.margin,
    }


def _write_brief_threshold(threshold: rules.Threshold) -> Document:
    document = _write_threshold(threshold)
    default = {'aggregation': 'mean', 'margin': 0.0}
    return {k: v for k, v in document.items() if default.get(k) != v}


def _make_converter(*, is_brief: bool) -> cattrs.Converter:
    converter = cattrs.Converter(
        detailed_validation=False, omit_if_default=is_brief
    )
    converter.register_structure_hook(
        datetime.time, lambda text, _kind: datetime.time.fromisoformat(text)
    )
    converter.register_unstructure_hook(
        datetime.time, lambda time: time.isoformat('minutes')
    )
    converter.register_structure_hook(rules.Threshold, _read_threshold)
    converter.register_unstructure_hook(
        rules.Threshold,
        _write_brief_threshold if is_brief else _write_threshold,
    )
    return converter


_CONVERTER: typing.Final = _make_converter(is_brief=False)
_BRIEF: typing.Final = _make_converter(is_brief=True)
_DEFAULTS: typing.Final[Document] = {
    name: getattr(rules.Rules(schedules=(), quota=rules.Quota()), name)
    for name in _MEMBERS
    if name not in ('schedules', 'quota')
}
