"""What a step of a recovery is."""

import abc
import collections.abc
import dataclasses
import datetime
import enum
import itertools
import typing

from snapfault import errors
from snapfault import model
from snapfault.cloud import port


class Progress(enum.Enum):
    """What a look at the cloud says of a step."""

    TODO = 'todo'  #: not asked for: act
    UNDER_WAY = 'under way'  #: the cloud is at it: look again later
    DONE = 'done'


class Spoilt(errors.ResourceFailed):
    """The cloud could not make what was asked for, and may at a next try."""


@dataclasses.dataclass(frozen=True)
class Hands:
    """What a step is handed at each look and act."""

    project: port.Project  #: acts by the delegation: for nearly everything
    cloud: port.Cloud  #: acts as snapfault itself: for what only it may


@dataclasses.dataclass(frozen=True)
class Step(abc.ABC):
    """One change of the cloud, described by ids alone.

    A step looks at the cloud and never at memory, so that a worker that
    takes over finds out where the one before it died. No step undoes
    another's work, and none deletes what the recovery did not make.
    """

    name: typing.ClassVar[str]
    #: It changes something; one that only looks fails by what it has seen.
    changes: typing.ClassVar[bool] = True
    #: Whether what was read as the phase before was seen done will do for
    #: the first look here; the rest is read anew. Not where it matters most.
    looks_on: typing.ClassVar[bool] = False
    #: Whether it begins with a fresh token and a look of its own. What the
    #: plan was made from will do for both, if that was but a moment ago.
    decisive: typing.ClassVar[bool] = False
    #: Whether it may be asked for unseen, once the phase before was seen
    #: done: the cloud itself refuses it, and harmlessly, where it is not due.
    asks_first: typing.ClassVar[bool] = False
    #: Whether the cloud may say for ever that it is at it, and is not; or
    #: that it could not, and can a while later.
    doubtful: typing.ClassVar[bool] = False

    @property
    def width(self) -> int:
        """Say how many volumes or snapshots a look asks for."""
        return 1

    @property
    def patience(self) -> datetime.timedelta | None:
        """Say how long this may take; None: as long as most steps."""
        return None

    @abc.abstractmethod
    def look(self, hands: Hands) -> Progress:
        """Read how far this is.

        :raises ResourceFailed: the cloud accepted it and could not do it
        :raises Spoilt: so it is, and a ``doubtful`` step has hope yet
        :raises CloudConflict: not yet, and this is why
        """

    @abc.abstractmethod
    def act(self, hands: Hands) -> None:
        """Ask the cloud once, and do not wait.

        :raises CloudConflict: not now; the runner looks and asks again
        """

    def doubt(self, hands: Hands) -> bool:
        """Take back what may have been asked for in vain, or ask beside it.

        Called now and then while a ``doubtful`` one is not done.

        :returns: whether anything was taken back or asked for
        :raises CloudConflict: the cloud is at it, and goes on
        """
        return False

    def arguments(self) -> dict[str, typing.Any]:
        """Give what the journal needs to make this step again."""
        return dataclasses.asdict(self)


def records(
    phases: collections.abc.Iterable[collections.abc.Iterable[Step]],
    *,
    position: int = 0,
    phase: int = 0,
    attempt: int = 0,
) -> tuple[model.StepRecord, ...]:
    """Write planned steps as lines of a journal.

    :param position: of the first line
    :param phase: the number of the first phase
    """
    numbered = itertools.count(position)
    return tuple(
        model.StepRecord(
            position=next(numbered),
            phase=number,
            name=each.name,
            arguments=each.arguments(),
            status=model.StepStatus.PLANNED,
            detail='',
            started_at=None,
            finished_at=None,
            attempt=attempt,
        )
        for number, together in enumerate(phases, start=phase)
        for each in together
    )
