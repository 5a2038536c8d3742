"""What a project may have only so many of."""

import collections.abc
import enum
import types
import typing


class Limited(enum.StrEnum):
    """The resources, as Keystone's registered limits name them."""

    POLICIES = 'protection_policies'
    PROTECTIONS = 'protections'
    PINNED = 'pinned_recovery_points'


#: By resource; -1, or none: no limit.
Limits = collections.abc.Mapping[str, int]
UNLIMITED: typing.Final[Limits] = types.MappingProxyType({})
