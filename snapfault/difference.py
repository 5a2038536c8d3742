"""What an import of the snapshot record table would change. Pure.

A policy is a document of all its members but its name, those at their
default too; a protection is one of the members of :data:`PROTECTION`.
"""

import collections.abc
import dataclasses
import enum
import typing

from snapfault import errors

Document = collections.abc.Mapping[str, typing.Any]
Documents = collections.abc.Mapping[str, Document]

#: What a file says of a protection beside its business id.
PROTECTION: typing.Final = ('server_id', 'policy', 'paused')
#: What the messages call the document that is imported.
ROOT: typing.Final = 'record_table'


class Action(enum.StrEnum):
    """What becomes of one policy or protection."""

    CREATE = 'create'
    CHANGE = 'change'
    REMOVE = 'remove'


class Kind(enum.StrEnum):
    """What a change is of."""

    POLICY = 'policy'
    PROTECTION = 'protection'


@dataclasses.dataclass(frozen=True)
class Member:
    """A member that is not as it was; None where there was, or is, none."""

    name: str
    was: typing.Any
    now: typing.Any


@dataclasses.dataclass(frozen=True)
class Change:
    """One policy or protection that is not as it was."""

    action: Action
    kind: Kind
    name: str  #: of a policy its name, of a protection its business id
    members: tuple[Member, ...] = ()  #: of one that is changed


@dataclasses.dataclass(frozen=True)
class Table:
    """The policies and protections of one project, in a file's order."""

    policies: Documents  #: by name
    protections: Documents  #: by business id
    #: Business ids of those that a selector enrolled: they come and go by
    #: themselves, unless a file names them.
    selected: frozenset[str] = frozenset()
    #: Ids of policies that other projects share with this one.
    published: frozenset[str] = frozenset()


def by_name(
    documents: collections.abc.Iterable[Document], member: str, where: str
) -> dict[str, Document]:
    """Index the documents of a list by the member that names one.

    :param where: the list's name in the document, for the message
    :raises InvalidInput: two have the same
    """
    found: dict[str, Document] = {}
    for position, each in enumerate(documents):
        name = each[member]
        if name in found:
            raise errors.InvalidInput(
                f'{ROOT}.{where}[{position}].{member}: {name!r} is given more'
                ' than once: give it once'
            )
        found[name] = {k: v for k, v in each.items() if k != member}
    return found


def decide(standing: Table, wanted: Table, prune: bool) -> list[Change]:
    """Compare what stands with what is wanted.

    :param prune: remove what is not wanted; else it stays as it is
    :returns: in the order in which they can be made
    :raises InvalidInput: the wanted contradicts itself or what stands
    """
    removed = _removed(standing, wanted) if prune else set()
    _check(standing, wanted, removed, prune)
    gone = set(standing.policies) - set(wanted.policies) if prune else set()
    return [
        *(
            Change(Action.REMOVE, Kind.PROTECTION, name)
            for name in sorted(removed)
        ),
        *_changes(Kind.POLICY, standing.policies, wanted.policies),
        *_changes(
            Kind.PROTECTION,
            _with_selected(standing),
            {
                name: {**each, 'selected': False}
                for name, each in wanted.protections.items()
            },
        ),
        *(Change(Action.REMOVE, Kind.POLICY, name) for name in sorted(gone)),
    ]


def _with_selected(table: Table) -> dict[str, Document]:
    return {
        name: {**each, 'selected': name in table.selected}
        for name, each in table.protections.items()
    }


def _changes(
    kind: Kind, standing: Documents, wanted: Documents
) -> collections.abc.Iterator[Change]:
    """List what is new or not as it was, by name."""
    for name in sorted(wanted):
        if name not in standing:
            yield Change(Action.CREATE, kind, name)
            continue
        members = _members(standing[name], wanted[name])
        if members:
            yield Change(Action.CHANGE, kind, name, members)


def _members(was: Document, now: Document) -> tuple[Member, ...]:
    names = [*now, *(name for name in was if name not in now)]
    return tuple(
        Member(name, was.get(name), now.get(name))
        for name in names
        if was.get(name) != now.get(name)
    )


def _removed(standing: Table, wanted: Table) -> set[str]:
    """Name the protections that are not wanted.

    What a selector enrolled goes only with its policy.
    """
    return {
        name
        for name, each in standing.protections.items()
        if name not in wanted.protections
        and (
            name not in standing.selected
            or each['policy'] not in wanted.policies
        )
    }


def _check(
    standing: Table,
    wanted: Table,
    removed: collections.abc.Set[str],
    prune: bool,
) -> None:
    """Refuse what no table may hold.

    :raises InvalidInput: names the member, and what to do
    """
    kept = set() if prune else set(standing.policies)
    kept |= standing.published
    servers = {
        each['server_id']: name
        for name, each in standing.protections.items()
        if name not in removed
    }
    for position, (name, each) in enumerate(wanted.protections.items()):
        problem = (
            _bad_policy(each, set(wanted.policies) | kept, prune)
            or _moved(name, each, standing)
            or _taken(name, each, servers)
        )
        if problem:
            raise errors.InvalidInput(
                f'{ROOT}.protections[{position}].{problem}'
            )
        servers[each['server_id']] = name


def _bad_policy(
    document: Document, known: collections.abc.Set[str], prune: bool
) -> str:
    name = document['policy']
    if name in known:
        return ''
    where = 'it must be in the file' if prune else 'add it to the file'
    return f'policy: there is no policy {name!r}: {where}, or name another'


def _moved(name: str, document: Document, standing: Table) -> str:
    before = standing.protections.get(name)
    if before is None or before['server_id'] == document['server_id']:
        return ''
    return (
        f'server_id: {name!r} is of server {before["server_id"]}, whose'
        ' recovery points are of no use to another server: delete the'
        ' protection first, or give this one another business id'
    )


def _taken(
    name: str,
    document: Document,
    servers: collections.abc.Mapping[str, str],
) -> str:
    holder = servers.get(document['server_id'], name)
    if holder == name:
        return ''
    return (
        f'server_id: server {document["server_id"]} is protected as'
        f' {holder!r}: give it that business id, or delete that one first'
    )
