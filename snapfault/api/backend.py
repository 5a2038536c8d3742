"""What stands behind the API, as its handlers are handed it."""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import model
from snapfault.cloud import port
from snapfault.db import api


class Candidate(typing.Protocol):
    """The task that would run, and whose it is."""

    @property
    def task(self) -> model.Task:
        """The task, which may have no row yet."""

    @property
    def protection(self) -> model.Protection:
        """The protection it is of."""


class Ranked(typing.Protocol):
    """A task with its place in the order."""

    @property
    def candidate(self) -> Candidate:
        """The task that was ranked."""

    @property
    def weight(self) -> float:
        """Larger is sooner."""

    @property
    def parts(self) -> tuple[model.Part, ...]:
        """What the weight is made of."""

    @property
    def measures(self) -> model.Measures:
        """What was known of the server."""


class Prune(typing.Protocol):
    """A recovery point that the run would prune."""

    @property
    def point_id(self) -> str:
        """Which one."""

    @property
    def reason(self) -> str:
        """Why the policy does not keep it."""


class Preview(typing.Protocol):
    """One task that waits or will."""

    @property
    def ranked(self) -> Ranked:
        """The task and its rank."""

    @property
    def prune(self) -> collections.abc.Sequence[Prune]:
        """What it would prune."""

    @property
    def waiting(self) -> bool:
        """Whether it is due; if not, no row of it exists."""


@dataclasses.dataclass(frozen=True)
class Backend:
    """The rooms behind the API, as values and callables.

    The API itself never talks to the cloud: what it needs of it comes in
    here, and so do the fakes of its tests.
    """

    database: api.Database
    enroller: port.Enroller
    revoke: collections.abc.Callable[[model.Delegation], None]
    #: Says what would run next in a project; None: in all of them.
    preview: collections.abc.Callable[
        [str | None, datetime.datetime], collections.abc.Sequence[Preview]
    ]
    #: Tells the workers to look at once; never raises, may do nothing.
    wake: collections.abc.Callable[[], None]
    weighers: frozenset[str]  #: the names a policy may give multipliers to
