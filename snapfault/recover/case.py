"""What is known of a service that may be at fault, and what is made of it."""

import dataclasses
import datetime
import enum
import typing

from snapfault import model
from snapfault import resource
from snapfault import rules as policy_rules

DEFAULT_RULES: typing.Final = policy_rules.RecoveryRules()


class Verdict(enum.StrEnum):
    """What the evidence means."""

    HEALTHY = 'healthy'  #: or off, or in other hands: no fault
    BACKUP_FAULT = 'backup-fault'  #: retry and alarm, never rebuild
    VOLUME_FAULT = 'volume-fault'  #: its volumes only: no rebuild is needed
    SERVER_FAULT = 'server-fault'  #: the server, and perhaps volumes too
    HOST_FAULT = 'host-fault'  #: a rebuild would hang
    UNKNOWN = 'unknown'  #: look again; never a reason to act


@dataclasses.dataclass(frozen=True)
class Case:
    """All that is known of one service at one moment."""

    at: datetime.datetime
    rules: policy_rules.RecoveryRules = DEFAULT_RULES
    operation: str = ''  #: the error of a backup operation; empty: none
    #: That error is of the control plane, a quota or a right.
    beside: bool = False
    paused: bool = False  #: the protection, or its policy
    delegation_dead: str = ''  #: why no token is to be had; empty: alive
    unread: str = ''  #: why the fresh read failed; empty: it did not
    server: resource.Server | None = None  #: None and read: it is gone
    volumes: tuple[resource.Volume, ...] = ()  #: attached to it now
    #: Attached, but not among the project's volumes.
    unseen: tuple[str, ...] = ()
    host: resource.Host | None = None  #: None: we may not know
    evidence: tuple[model.Evidence, ...] = ()  #: expired ones mean nothing
    #: When the server was last seen well: its newest good point.
    well_at: datetime.datetime | None = None

    def as_dict(self) -> dict[str, typing.Any]:
        """Give what is kept with the recovery and shown to people."""
        server = self.server
        return {
            'at': self.at.isoformat(),
            'operation': self.operation,
            'server_status': server.status if server else None,
            'server_fault': server.fault if server else None,
            'volumes': {v.id: v.status for v in self.volumes}
            | dict.fromkeys(self.unseen, 'not seen'),
            'host_status': self.host.status if self.host else None,
            'said': [
                {
                    'source': each.source.value,
                    'finding': each.finding,
                    'detail': each.detail,
                    'first_at': each.first_at.isoformat(),
                    'last_at': each.last_at.isoformat(),
                    'count': each.count,
                }
                for each in self.evidence
                if each.expires_at > self.at
            ],
        }


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """A verdict, the sentence for people, and since when."""

    verdict: Verdict
    reason: str
    onset_at: datetime.datetime
    recovers: bool = False  #: a recovery may follow, if the policy lets it
