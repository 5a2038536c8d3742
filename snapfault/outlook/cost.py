"""What a recovery costs: what is lost by it, and how long it takes. Pure."""

import collections.abc
import dataclasses
import datetime
import enum
import statistics

from snapfault import model
from snapfault.recover import phases
from snapfault.recover import plan
from snapfault.recover import situation as situation_
from snapfault.recover.steps import verify

#: The longest of those that a person at a prompt would call no time.
INSTANT = 1.0
#: Ways that make the root disk anew.
ANEW = frozenset({model.Way.FULL, model.Way.SERVER, model.Way.EVACUATE})


class Kind(enum.StrEnum):
    """What kind of thing loses something."""

    ROOT_DISK = 'root-disk'
    VOLUME = 'volume'


@dataclasses.dataclass(frozen=True)
class Loss:
    """What one disk loses."""

    kind: Kind
    resource_id: str  #: of the server, or of the volume
    device: str  #: empty: the server's own disk
    #: Lost is what was written since; None: all that was ever written.
    since: datetime.datetime | None
    text: str


@dataclasses.dataclass(frozen=True)
class Estimate:
    """How long a recovery takes, by what is known."""

    by_steps: float | None  #: seconds; None: a kind of step was never taken
    by_drill: float | None  #: seconds; None: the point was never drilled

    @property
    def seconds(self) -> float | None:
        """The better of the two; None: nothing is known.

        The steps are those of this very way, while a drill boots a new
        server instead of a rebuild.
        """
        return self.by_drill if self.by_steps is None else self.by_steps


UNKNOWN = Estimate(None, None)


def losses(
    planned: plan.Plan,
    point: model.RecoveryPoint | None,
    situation: situation_.Situation,
) -> tuple[Loss, ...]:
    """Name what is lost, disk by disk."""
    found = []
    if planned.way in ANEW:
        found.append(_root(planned.way, situation))
    if point is not None:
        found.extend(_volumes(point, situation))
    return tuple(each for each in found if each is not None)


def _root(way: model.Way, situation: situation_.Situation) -> Loss | None:
    server = situation.server
    assert server is not None  # there is a plan
    root_id = situation.root_id
    if way is model.Way.EVACUATE:
        if root_id is not None:
            return None  # it goes along
        return Loss(
            Kind.ROOT_DISK,
            server.id,
            '',
            None,
            'the root disk is made anew from the image, unless it is on'
            ' storage that the hosts share',
        )
    if root_id is not None:
        return Loss(
            Kind.VOLUME,
            root_id,
            _device(root_id, situation),
            None,
            f'root volume {root_id} is written anew from the image; a'
            ' snapshot of it is taken before',
        )
    return Loss(
        Kind.ROOT_DISK,
        server.id,
        '',
        None,
        'the root disk is made anew from the image, and nothing keeps what'
        ' is on it',
    )


def _device(volume_id: str, situation: situation_.Situation) -> str:
    return next(
        a.device for a in situation.attachments if a.volume_id == volume_id
    )


def _volumes(
    point: model.RecoveryPoint, situation: situation_.Situation
) -> collections.abc.Iterator[Loss]:
    places = situation_.replaced(point, situation)
    for member in situation_.data_members(point):
        place = places.get(member.id)
        volume_id = place.volume_id if place is not None else member.volume_id
        device = place.device if place is not None else member.device
        since = point.asked_at or point.created_at
        yield Loss(
            Kind.VOLUME,
            volume_id,
            device,
            since,
            f'what was written to {device} since {since.isoformat()}; volume'
            f' {volume_id} itself is kept'
            if place is not None
            else f'what was written to {device} since {since.isoformat()}, for'
            f' volume {volume_id} is not attached any more',
        )


def estimate(
    planned: tuple[phases.Phase, ...],
    times: collections.abc.Mapping[str, collections.abc.Sequence[float]],
    point: model.RecoveryPoint | None,
) -> Estimate:
    """Tell how long phases take whose steps run at once.

    :param times: seconds that each kind of step took before, by its name
    """
    by_steps: float | None = 0.0
    for phase in planned:
        longest = max(_time(each.name, times) for each in phase)
        if longest < 0:
            by_steps = None
            break
        by_steps = (by_steps or 0.0) + longest
    return Estimate(by_steps, point.rto if point is not None else None)


def _time(
    name: str,
    times: collections.abc.Mapping[str, collections.abc.Sequence[float]],
) -> float:
    """Give the median; below 0: not known."""
    known = times.get(name)
    if known:
        return statistics.median(known)
    # a look only, and so it has no begin of its own in the journal
    return INSTANT if name == verify.Verify.name else float('-inf')
