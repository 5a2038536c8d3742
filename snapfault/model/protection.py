"""Policies, and the services that are protected under them."""

import dataclasses
import datetime
import enum
import typing

from snapfault import rules
from snapfault.model import delegation as delegations


class ProtectionStatus(enum.StrEnum):
    """Whether runs of a protection fall due."""

    ACTIVE = 'active'
    PAUSED = 'paused'  #: a person said so; nothing falls due
    ORPHANED = 'orphaned'  #: its server is gone; its points stay


#: Stands among ``shared_with`` for every project there is.
ALL_PROJECTS: typing.Final = '*'


@dataclasses.dataclass(frozen=True, kw_only=True)
class Policy(rules.Rules):
    """Preset rules that protections share, and whose they are."""

    id: str
    project_id: str
    name: str  #: unique in its project
    description: str
    #: The other projects that may use it, in order; see ALL_PROJECTS.
    shared_with: tuple[str, ...] = ()
    #: By what right the selector enrols servers; None: there is no selector.
    trust_id: str | None = None
    alarm: str = ''  #: what its selector needs a person for; empty: nothing
    alarm_at: datetime.datetime | None = None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    #: Each change that people make of it raises it.
    generation: int = 1


@dataclasses.dataclass(frozen=True)
class Enrolment:
    """What is learnt of a server, and granted, when it is protected."""

    server_id: str
    server_name: str
    image_id: str  #: the original image, which a recovery rebuilds from
    delegation: delegations.Delegation
    #: What is to be kept of an application credential; None: nothing.
    credential: delegations.Credential | None = None


@dataclasses.dataclass(frozen=True)
class Protection:
    """One business service under a policy: a row of the record table."""

    id: str
    project_id: str
    business_id: str  #: unique in its project
    policy_id: str
    server_id: str
    image_id: str  #: the original image of the server
    right_id: str  #: see :class:`~snapfault.model.Delegation`
    status: ProtectionStatus
    selected: bool  #: its policy's selector enrolled it, not a person
    next_run_at: datetime.datetime | None  #: None: no run ever falls due
    alarm: str  #: what needs a person now; empty when nothing does
    alarm_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime

    #: SHA-256 of the secret in its webhook's address; None: it has none.
    webhook_hash: str | None = None
    next_drill_at: datetime.datetime | None = None  #: None: none falls due
    delegation_kind: delegations.DelegationKind = (
        delegations.DelegationKind.TRUST
    )
    #: Each change that people make of it raises it.
    generation: int = 1
    #: Since when it only waits for the end of its running work, and then
    #: goes; None: it stays.
    ending_at: datetime.datetime | None = None

    @property
    def delegation(self) -> delegations.Delegation:
        """The right to act for this protection's project."""
        return delegations.Delegation(
            self.project_id, self.right_id, self.delegation_kind
        )
