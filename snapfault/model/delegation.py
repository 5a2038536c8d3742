"""By what right snapfault acts in a project."""

import dataclasses
import datetime
import enum


class DelegationKind(enum.StrEnum):
    """The ways there are to act for a project."""

    TRUST = 'trust'  #: a user of the project delegates roles to our user
    ASSIGNMENT = 'assignment'  #: our user holds roles in the project itself
    #: A user of the project hands one over, which may do what its maker may.
    APPLICATION_CREDENTIAL = 'application-credential'


@dataclasses.dataclass(frozen=True)
class Delegation:
    """A right to act in a project; whoever has it asks the cloud by it."""

    project_id: str
    #: Of a trust its id, of an assignment the project's, of an application
    #: credential that of what we keep of it: each is unlike all others.
    right_id: str
    kind: DelegationKind = DelegationKind.TRUST


@dataclasses.dataclass(frozen=True)
class Credential:
    """An application credential, whose secret nothing shows by accident."""

    id: str
    secret: str = dataclasses.field(repr=False)
    user_id: str = ''  #: whose it is; empty: nobody has asked Keystone yet
    expires_at: datetime.datetime | None = None  #: None: never


@dataclasses.dataclass(frozen=True)
class Offer:
    """By what right somebody wants us to act for what they protect."""

    kind: DelegationKind = DelegationKind.TRUST
    credential: Credential | None = None  #: handed over, of that kind only


@dataclasses.dataclass(frozen=True)
class Right:
    """What is kept of a delegation beside those who act by it."""

    delegation: Delegation
    credential_id: str | None  #: of the application credential
    user_id: str | None  #: whose that is
    expires_at: datetime.datetime | None  #: None: never, as far as we know
    released_at: datetime.datetime | None  #: since when nothing acts by it
