"""Take the steps of a journal, from the start or from anywhere. Thin.

Each step is journalled before the cloud is asked, and each asks the cloud
how far it is: any prefix of a journal, then the journal again, ends as the
journal does (invariant 4).
"""

import collections.abc
import dataclasses
import datetime
import itertools
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault.recover import step
from snapfault.recover import steps

LOG = logging.getLogger(__name__)
Clock = collections.abc.Callable[[], datetime.datetime]


class Journal(typing.Protocol):
    """Where it is written what is meant, and what became of it.

    Every method may raise :class:`~snapfault.errors.LeaseLost`.
    """

    def started(self, position: int, now: datetime.datetime) -> None:
        """Note a step as meant, before the cloud is asked."""

    def finished(
        self,
        position: int,
        status: model.StepStatus,
        detail: str,
        now: datetime.datetime,
    ) -> None:
        """Note how a step ended."""


@dataclasses.dataclass(frozen=True)
class Carrier:
    """Who takes the steps of one journal, and where."""

    what: str  #: 'Recovery' and its id, for the log
    journal: Journal
    hands: step.Hands
    step_timeout: datetime.timedelta  #: outages of the cloud not counted
    now: Clock
    #: Sleeps until the next look; raises to leave where the worker stops.
    pause: collections.abc.Callable[[], None]


def take(
    carrier: Carrier, records: collections.abc.Iterable[model.StepRecord]
) -> None:
    """Take the steps phase by phase; those that are done are left out.

    :raises SnapfaultError: a step cannot be done; it is noted as failed
    :raises LeaseLost: another worker holds the journal
    """
    by_phase = itertools.groupby(
        sorted(records, key=lambda record: record.position),
        key=lambda record: record.phase,
    )
    for _, together in by_phase:
        _take_phase(carrier, list(together))


def _take_phase(carrier: Carrier, records: list[model.StepRecord]) -> None:
    """Take the steps of one phase at once, and wait for them all.

    :raises ResourceFailed: the cloud did not get there in time; the time of
        an outage does not count
    """
    left = {
        record.position: steps.from_record(record)
        for record in records
        if record.status is not model.StepStatus.DONE
    }
    deadline = carrier.now() + carrier.step_timeout
    while left:
        for position, each in tuple(left.items()):
            try:
                if _advance(carrier, position, each):
                    del left[position]
            except errors.CloudUnavailable as error:
                LOG.warning('%s waits: %s', carrier.what, error)
                deadline = carrier.now() + carrier.step_timeout
        if left and carrier.now() > deadline:
            names = ', '.join(each.name for each in left.values())
            raise errors.ResourceFailed(
                f'not done after {carrier.step_timeout}: {names}'
            )
        if left:
            carrier.pause()


def _advance(carrier: Carrier, position: int, each: step.Step) -> bool:
    """Look at one step, ask for it if need be, and say if it is done."""
    try:
        progress = each.look(carrier.hands)
        if progress is step.Progress.TODO:
            carrier.journal.started(position, carrier.now())
            each.act(carrier.hands)
    except errors.CloudConflict as error:
        LOG.info('%s, %s: %s', carrier.what, each.name, error)
        return False
    except (errors.CloudUnavailable, errors.LeaseLost):
        raise
    except errors.SnapfaultError as error:
        carrier.journal.finished(
            position, model.StepStatus.FAILED, str(error), carrier.now()
        )
        raise
    if progress is not step.Progress.DONE:
        return False
    carrier.journal.finished(
        position, model.StepStatus.DONE, '', carrier.now()
    )
    return True
