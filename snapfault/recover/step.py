"""What a step of a recovery is."""

import abc
import dataclasses
import datetime
import enum
import typing

from snapfault.cloud import port


class Progress(enum.Enum):
    """What a look at the cloud says of a step."""

    TODO = 'todo'  #: not asked for: act
    UNDER_WAY = 'under way'  #: the cloud is at it: look again later
    DONE = 'done'


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

    @property
    def patience(self) -> datetime.timedelta | None:
        """Say how long this may take; None: as long as most steps."""
        return None

    @abc.abstractmethod
    def look(self, hands: Hands) -> Progress:
        """Read how far this is.

        :raises ResourceFailed: the cloud accepted it and could not do it
        :raises CloudConflict: not yet, and this is why
        """

    @abc.abstractmethod
    def act(self, hands: Hands) -> None:
        """Ask the cloud once, and do not wait.

        :raises CloudConflict: not now; the runner looks and asks again
        """

    def arguments(self) -> dict[str, typing.Any]:
        """Give what the journal needs to make this step again."""
        return dataclasses.asdict(self)
