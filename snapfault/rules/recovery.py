"""What may happen to a protected server, and what proves that it works."""

import collections.abc
import dataclasses
import enum

from snapfault.rules import schedule as schedules


class Starts(enum.StrEnum):
    """What it takes for a recovery to begin without a person."""

    SERVICE_FAULT = 'service-fault'  #: Nova or Cinder call the service broken
    #: Any failed backup operation; unless a fresh read shows a healthy server.
    FAILED_BACKUP = 'failed-backup'


@dataclasses.dataclass(frozen=True)
class Check:
    """One look that tells whether a recovered service works.

    ``driver`` names an entry point of ``snapfault.recover.checks``; what its
    ``options`` mean, that driver says.
    """

    driver: str  #: 'tcp', 'http', 'console'
    options: collections.abc.Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )
    timeout: int = 300  #: seconds until the service counts as not working


@dataclasses.dataclass(frozen=True)
class DrillRules:
    """When recoveries are rehearsed."""

    schedule: schedules.Schedule | None = None  #: None: when a person asks
    network: str | None = None  #: id of the drill's network; None: it has none


@dataclasses.dataclass(frozen=True)
class RecoveryRules:
    """What may happen to a protected server without a person."""

    automatic: bool = False  #: recover by itself
    margin: int = 60  #: seconds; a point must be older than the fault by it
    starts_on: Starts = Starts.SERVICE_FAULT
    #: With ``failed-backup``: although a fresh read shows nothing wrong.
    even_if_healthy: bool = False
    #: Seconds for which the bulk watch must have seen a fault, in two looks
    #: at least. A failed backup and a fresh read that agree need no second.
    confirm: int = 60
    approval: bool = False  #: what began by itself waits for a person
    reboot_first: bool = False  #: a hard reboot is tried before a rebuild
    proven_only: bool = False  #: only points that a drill has proven
    steps_back: int = 1  #: older points tried after one that does not work
    without_point: bool = False  #: rebuild though there is no good point
    evacuate: bool = False  #: leave a host that is down and fenced
    repair: bool = False  #: as an admin, reset what Nova left half done
    others: bool = False  #: servers that Heat, Masakari and such look after
    #: Seconds for which damaged volumes and safety snapshots are kept.
    keep: int = 7 * 24 * 3600
    checks: tuple[Check, ...] = ()  #: all must pass, in this order
    drills: DrillRules = DrillRules()
