"""Take the steps of a journal, from the start or from anywhere. Thin.

Each step is journalled before the cloud is asked, and each asks the cloud
how far it is: any prefix of a journal, then the journal again, ends as the
journal does (invariant 4).
"""

import collections.abc
import concurrent.futures
import dataclasses
import datetime
import functools
import itertools
import logging
import typing

from snapfault import errors
from snapfault import model
from snapfault import tracing
from snapfault.recover import doubts
from snapfault.recover import glance
from snapfault.recover import lines
from snapfault.recover import noted
from snapfault.recover import step
from snapfault.recover import steps
from snapfault.recover import together

LOG = logging.getLogger(__name__)
_TODO, _DONE = step.Progress.TODO, step.Progress.DONE
Clock = collections.abc.Callable[[], datetime.datetime]


@dataclasses.dataclass(frozen=True)
class Carrier:
    """Who takes the steps of one journal, and where."""

    what: str  #: 'Recovery' and its id, for the log
    journal: lines.Lines
    hands: step.Hands
    step_timeout: datetime.timedelta  #: outages of the cloud not counted
    now: Clock
    #: Sleeps until the next look; raises to leave where the worker stops.
    pause: collections.abc.Callable[[], None]
    calls: concurrent.futures.Executor  #: what is asked for at once


def take(
    carrier: Carrier,
    records: collections.abc.Iterable[model.StepRecord],
    planned: glance.Glance | None = None,
) -> None:
    """Take the steps phase by phase; those that are done are left out.

    :param planned: what they were planned from just now; None: they were
        planned before, and some may have been taken since
    :raises SnapfaultError: a step cannot be done; it is noted as failed
    :raises LeaseLost: another worker holds the journal
    """
    ordered = sorted(records, key=lambda record: record.position)
    for record in ordered:
        if record.status is model.StepStatus.FAILED:
            raise errors.ResourceFailed(record.detail)
    last = planned
    by_phase = itertools.groupby(ordered, key=lambda record: record.phase)
    for _, at_once in by_phase:
        last = _take_phase(carrier, _phase(carrier, at_once), last, planned)


@dataclasses.dataclass
class _Phase:
    """The steps of one phase that are not done yet, by position."""

    left: dict[int, step.Step]
    patience: datetime.timedelta
    deadline: datetime.datetime
    doubts: doubts.Doubts
    #: Why a step is not done yet, where it was refused or said so.
    waits: dict[int, str] = dataclasses.field(default_factory=dict)


def _take_phase(
    carrier: Carrier,
    phase: _Phase,
    last: glance.Glance | None,
    planned: glance.Glance | None,
) -> glance.Glance | None:
    """Take the steps of one phase at once, and wait for them all.

    :param last: what saw the phase before done, or what the steps were
        planned from; None: nothing has just now
    :param planned: as :func:`take` has it
    :returns: what saw this one done; None: it was before
    :raises ResourceFailed: the cloud did not get there in time; the time of
        an outage does not count
    """
    known = _known(carrier, phase, last, planned)
    unseen = _asks_first(phase, last)
    seen = None
    while phase.left:
        is_first = seen is None
        seen = glance.of_phase(
            carrier.hands.project,
            phase.left.values(),
            carrier.now(),
            known,
        )
        known = None
        if is_first and any(each.decisive for each in phase.left.values()):
            carrier.calls.submit(seen.check)
        hands = glance.hands(carrier.hands, seen)
        _act(carrier, phase, unseen or _look(carrier, phase, hands), hands)
        unseen = []
        _doubt(carrier, phase, hands)
        if phase.left and carrier.now() > phase.deadline:
            _give_up(carrier, phase)
        if phase.left:
            carrier.pause()
    return seen


def _asks_first(phase: _Phase, last: glance.Glance | None) -> list[int]:
    """Give the positions of what is asked for without a look before it.

    Only right after the phase before: who takes a journal over looks.
    """
    if last is not None and all(e.asks_first for e in phase.left.values()):
        return list(phase.left)
    return []


def _known(
    carrier: Carrier,
    phase: _Phase,
    last: glance.Glance | None,
    planned: glance.Glance | None,
) -> glance.Glance | None:
    """Give what the first look at a phase may go by; None: it reads anew."""
    if all(each.looks_on for each in phase.left.values()):
        return last
    if planned is None or not planned.is_of_now(carrier.now()):
        return None
    is_decisive = any(each.decisive for each in phase.left.values())
    return planned if is_decisive else None


def _left(
    records: collections.abc.Iterable[model.StepRecord],
) -> dict[int, step.Step]:
    """Give the steps that are not done yet, by position."""
    return {
        record.position: steps.from_record(record)
        for record in records
        if record.status is not model.StepStatus.DONE
    }


def _phase(
    carrier: Carrier, records: collections.abc.Iterable[model.StepRecord]
) -> _Phase:
    left = _left(records)
    patience = max(
        (each.patience or carrier.step_timeout for each in left.values()),
        default=carrier.step_timeout,
    )
    now = carrier.now()
    return _Phase(left, patience, now + patience, doubts.Doubts(now))


def _look(carrier: Carrier, phase: _Phase, hands: step.Hands) -> list[int]:
    """Look at all that is left; give the positions of what to ask for.

    At once, too: one reads of Nova while another reads of Cinder.
    """

    def look(position: int) -> step.Progress | None:
        turn = functools.partial(phase.left[position].look, hands)
        try:
            return _advance(carrier, phase, position, turn)
        except errors.CloudUnavailable as error:
            LOG.warning('%s waits: %s', carrier.what, error)
            phase.deadline = carrier.now() + phase.patience
            return None

    asked = {each: carrier.calls.submit(look, each) for each in phase.left}
    together.wait(asked.values())
    failed = [each for each in asked.values() if each.exception() is not None]
    seen = {
        k: each.result() for k, each in asked.items() if each not in failed
    }
    done = [k for k, progress in seen.items() if progress is _DONE]
    if done:
        carrier.journal.done(done, carrier.now())
    for position in done:
        del phase.left[position]
    for each in failed:
        each.result()  # raises
    return [k for k, progress in seen.items() if progress is _TODO]


def _act(
    carrier: Carrier, phase: _Phase, todo: list[int], hands: step.Hands
) -> None:
    """Ask for it all at once, and raise the first refusal of all.

    An act that is not answered does not put the deadline off: the cloud
    answers looks, so it is this very request that hangs.
    """

    def act(position: int) -> None:
        # each by itself, and no sooner: it proves that the lease is ours
        carrier.journal.started(position, carrier.now())
        try:
            with (
                noted.noted(carrier.journal, position),
                tracing.span(phase.left[position].name),
            ):
                phase.left[position].act(hands)
        except errors.CloudUnavailable as error:
            LOG.warning('%s waits: %s', carrier.what, error)
            phase.waits[position] = str(error)

    asked = [
        carrier.calls.submit(
            _advance, carrier, phase, each, functools.partial(act, each)
        )
        for each in todo
    ]
    concurrent.futures.wait(asked)
    if asked:
        phase.doubts.put_off(carrier.now())
    for each in asked:
        each.result()


_Result = typing.TypeVar('_Result')


def _advance(
    carrier: Carrier,
    phase: _Phase,
    position: int,
    turn: collections.abc.Callable[[], _Result],
) -> _Result | None:
    """Look at a step or ask for it, and note it as failed if it is.

    One that only looks has not failed where nobody may look.
    """
    try:
        return turn()
    except (errors.CloudUnavailable, errors.LeaseLost):
        raise
    except errors.SnapfaultError as error:
        if _may_pass(phase, error):
            name = phase.left[position].name
            LOG.info('%s, %s: %s', carrier.what, name, error)
            phase.waits[position] = str(error)
            return None
        seen = isinstance(error, errors.ResourceFailed)
        if seen or phase.left[position].changes:
            carrier.journal.finished(
                [position], model.StepStatus.FAILED, str(error), carrier.now()
            )
        raise


def _may_pass(phase: _Phase, error: errors.SnapfaultError) -> bool:
    is_spoilt = isinstance(error, step.Spoilt)
    is_busy = isinstance(error, errors.CloudConflict)
    return is_busy or (is_spoilt and phase.doubts.are_left)


def _doubt(carrier: Carrier, phase: _Phase, hands: step.Hands) -> None:
    """Doubt what is under way for long, and wait longer if that helped."""
    now = carrier.now()
    if phase.doubts.are_due(now) and phase.doubts.raise_all(
        carrier.what, carrier.journal, phase.left, hands, now
    ):
        phase.deadline = now + phase.patience


def _give_up(carrier: Carrier, phase: _Phase) -> typing.NoReturn:
    told = {
        position: f'{each.name}: {phase.waits[position]}'
        if position in phase.waits
        else each.name
        for position, each in phase.left.items()
    }
    text = f'not done after {phase.patience}: '
    for position, each in told.items():
        carrier.journal.finished(
            [position], model.StepStatus.FAILED, text + each, carrier.now()
        )
    raise errors.ResourceFailed(text + ', '.join(told.values()))
