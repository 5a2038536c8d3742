"""Decide which servers a policy's selector enrols and releases. Pure."""

import collections.abc
import dataclasses
import typing

from snapfault import model
from snapfault import resource
from snapfault import rules

#: A server with this key in its metadata is enrolled by no selector.
EXCLUDE: typing.Final = resource.EXCLUDE
#: A server that is being built has no volumes yet.
BUILDING: typing.Final = 'BUILD'
#: Characters of a server's name that a business id takes from it.
LONGEST_NAME: typing.Final = 200


@dataclasses.dataclass(frozen=True)
class Enrol:
    """A server that is to be protected."""

    server: resource.Server
    policy: model.Policy
    business_id: str


@dataclasses.dataclass(frozen=True)
class Move:
    """A protection that another policy's selector holds now."""

    protection: model.Protection
    policy: model.Policy


@dataclasses.dataclass(frozen=True)
class Release:
    """A protection that is to end; its recovery points stay."""

    protection: model.Protection
    reason: str
    is_gone: bool = False  #: its server was not listed, which proves nothing


@dataclasses.dataclass(frozen=True)
class Selection:
    """What is to be done for one project's record table to be true."""

    enrol: tuple[Enrol, ...] = ()
    move: tuple[Move, ...] = ()
    release: tuple[Release, ...] = ()


def matches(selector: rules.Selector, server: resource.Server) -> bool:
    """Whether all holds that a selector names; nothing named: nothing."""
    if not selector.metadata and not selector.tags:
        return False
    return all(
        server.metadata.get(key) == value
        for key, value in selector.metadata.items()
    ) and set(selector.tags) <= set(server.tags)


def decide(
    policies: collections.abc.Iterable[model.Policy],
    protections: collections.abc.Collection[model.Protection],
    servers: collections.abc.Collection[resource.Server],
) -> Selection:
    """Compare a project's record table with the servers it has.

    Where several selectors hold for a server, it is under the policy it is
    under already, and else under the oldest. What a person made or edited is
    not touched, and what is under a policy that is not given is not either.

    :param policies: the project's with a selector whose right is alive
    :param protections: all of the project
    :param servers: all of the project, freshly read
    """
    ordered = sorted(policies, key=lambda each: (each.created_at, each.id))
    found = {each.id: each for each in servers}
    known = {each.id for each in ordered}
    move, release = [], []
    for each in sorted(protections, key=lambda each: each.business_id):
        if not each.selected or each.policy_id not in known:
            continue
        server = found.get(each.server_id)
        policy, reason = _holder(server, ordered, each.policy_id)
        if reason:
            release.append(Release(each, reason, server is None))
        elif policy is not None and policy.id != each.policy_id:
            move.append(Move(each, policy))
    enrol = _enrolled(ordered, protections, found)
    return Selection(enrol, tuple(move), tuple(release))


def _holder(
    server: resource.Server | None,
    ordered: collections.abc.Sequence[model.Policy],
    policy_id: str,
) -> tuple[model.Policy | None, str]:
    """Give the policy that holds an enrolled server, or why none does."""
    if server is None:
        return None, 'its server is gone'
    if EXCLUDE in server.metadata:
        return None, f'its server has {EXCLUDE} in its metadata'
    holding = [each for each in ordered if _holds(each, server)]
    if not holding:
        return None, 'no selector holds for its server any more'
    own = [each for each in holding if each.id == policy_id]
    return (own or holding)[0], ''


def _holds(policy: model.Policy, server: resource.Server) -> bool:
    return policy.selector is not None and matches(policy.selector, server)


def _enrolled(
    ordered: collections.abc.Sequence[model.Policy],
    protections: collections.abc.Iterable[model.Protection],
    servers: collections.abc.Mapping[str, resource.Server],
) -> tuple[Enrol, ...]:
    """Choose a policy and a name for each server that is held and new."""
    taken = {each.business_id for each in protections}
    protected = {each.server_id for each in protections}
    chosen = []
    for server_id in sorted(servers):
        server = servers[server_id]
        if (
            server_id in protected
            or server.status == BUILDING
            or EXCLUDE in server.metadata
        ):
            continue
        policy = next((each for each in ordered if _holds(each, server)), None)
        if policy is not None:
            name = business_id(server, taken)
            taken.add(name)
            chosen.append(Enrol(server, policy, name))
    return tuple(chosen)


def business_id(
    server: resource.Server, taken: collections.abc.Set[str]
) -> str:
    """Give a free business id for a server.

    Its name; where that is taken, with the begin of its id behind it; where
    that is too, or nothing of the name can be read, its id.
    """
    name = ''.join(each for each in server.name if each.isprintable())
    name = name.strip()[:LONGEST_NAME].strip()
    for each in (name, f'{name}-{server.id[:8]}'):
        if name and each not in taken:
            return each
    return server.id
