"""Tell one recovery from its first sign to what is kept of it. Pure."""

import collections.abc
import dataclasses
import datetime
import itertools
import typing

from snapfault import model
from snapfault import secret
from snapfault.recover import put_back

#: What each way costs; what is written here is also in the user's guide.
LOST: typing.Final = {
    model.Way.REBOOT: 'nothing but what the guest held in memory',
    model.Way.FULL: (
        'the root disk, which is made anew from the image, and what was'
        ' written to the volumes since the point'
    ),
    model.Way.DATA: (
        'what was written to the volumes since the point, to all of them'
    ),
    model.Way.SERVER: 'the root disk, which is made anew from the image',
    model.Way.EVACUATE: (
        'the root disk, unless it is a volume or on storage that hosts share'
    ),
    model.Way.PUT_BACK: (
        'nothing: what was written to the restored volumes is kept with them'
    ),
}
_TIMES: typing.Final = {0: 'never', 1: 'once'}


@dataclasses.dataclass(frozen=True)
class Material:
    """All that a report is written from."""

    recovery: model.Recovery
    events: tuple[model.RecoveryEvent, ...] = ()
    kept: tuple[model.Kept, ...] = ()
    #: The points of its attempts, by id, of those that are still known.
    points: collections.abc.Mapping[str, model.RecoveryPoint] = (
        dataclasses.field(default_factory=dict)
    )


@dataclasses.dataclass(frozen=True)
class Section:
    """Some lines under a heading."""

    title: str
    lines: tuple[str, ...]


def sections(material: Material) -> tuple[Section, ...]:
    """Write the sections of a report; one without lines is left out."""
    told = (
        ('Recovery', _head),
        ('Evidence', _evidence),
        ('What happened', _events),
        ('Attempts', _attempts),
        ('Steps', _steps),
        ('What was lost', _lost),
        ('What is kept', _kept),
        ('What can be done', _ways_on),
    )
    written = (
        Section(title, tuple(secret.blot(line) for line in write(material)))
        for title, write in told
    )
    return tuple(each for each in written if each.lines)


def text(written: collections.abc.Iterable[Section]) -> str:
    """Give the sections as one text for people."""
    return '\n'.join(
        f'{each.title}\n'
        + ''.join(f'  {line}'.rstrip() + '\n' for line in each.lines)
        for each in written
    )


def _head(material: Material) -> collections.abc.Iterator[str]:
    recovery = material.recovery
    yield f'{recovery.id} of {recovery.business_id}: {recovery.status}'
    yield f'server {recovery.server_id} of project {recovery.project_id}'
    begun = 'by itself' if recovery.automatic else 'by a person'
    kind = recovery.kind
    of = f' of {recovery.origin_id}' if recovery.origin_id else ''
    yield f'{kind}{of}, begun {begun}: {recovery.cause}'
    yield f'the fault began at {_at(recovery.onset_at)} at the latest'
    yield f'opened at {_at(recovery.created_at)}'
    if recovery.finished_at is not None:
        took = _seconds(recovery.created_at, recovery.finished_at)
        yield f'over at {_at(recovery.finished_at)}, after {took}'
    if recovery.reason:
        yield recovery.reason


def _evidence(material: Material) -> collections.abc.Iterator[str]:
    evidence = material.recovery.evidence
    if evidence.get('operation'):
        yield f'a backup failed: {evidence["operation"]}'
    if evidence.get('server_status'):
        fault = evidence.get('server_fault')
        yield (
            f'the server was {evidence["server_status"]}'
            + f': {fault}' * bool(fault)
        )
    if evidence.get('host_status'):
        yield f'its compute service was {evidence["host_status"]}'
    for volume_id, status in sorted((evidence.get('volumes') or {}).items()):
        yield f'volume {volume_id} was {status}'
    for said in evidence.get('said') or ():
        times = _TIMES.get(said['count'], f'{said["count"]} times')
        yield (
            f'{said["source"]} said {times}, from {said["first_at"]} to'
            f' {said["last_at"]}: {said["detail"]} ({said["finding"]})'
        )


def _events(material: Material) -> collections.abc.Iterator[str]:
    for each in material.events:
        yield f'{_at(each.at)} {each.status}: {each.text}'


def _attempts(material: Material) -> collections.abc.Iterator[str]:
    for each in material.recovery.attempts:
        line = f'{each.number + 1}: {each.way}'
        if each.point_id is not None:
            line += f' from point {each.point_id}'
            line += _age(each.point_id, material)
        line += f', {each.status}'
        if each.finished_at is not None:
            line += f' after {_seconds(each.started_at, each.finished_at)}'
        yield line + f': {each.reason}' * bool(each.reason)


def _age(point_id: str, material: Material) -> str:
    point = material.points.get(point_id)
    if point is None or point.completed_at is None:
        return ''
    onset_at = material.recovery.onset_at
    age = f'{_seconds(point.completed_at, onset_at)} before the fault'
    if point.completed_at > onset_at:
        age = 'younger than the fault'
    return (
        f' (complete at {_at(point.completed_at)}, {age}, proof:'
        f' {point.proof})'
    )


def _steps(material: Material) -> collections.abc.Iterator[str]:
    steps = material.recovery.steps
    for number, those in itertools.groupby(steps, lambda each: each.attempt):
        yield f'attempt {number + 1}'
        for each in those:
            yield f'  {_step(each)}'


def _step(step: model.StepRecord) -> str:
    words = [f'{step.position + 1}. {step.name}']
    words += [
        str(step.arguments[name])
        for name in ('volume_id', 'snapshot_id')
        if step.arguments.get(name)
    ]
    words.append(str(step.status))
    if step.started_at is not None:
        words.append(f'at {_at(step.started_at)}')
        if step.finished_at is not None:
            took = _seconds(step.started_at, step.finished_at)
            words.append(f'in {took}')
    words += step.request_ids
    return ' '.join(words) + f': {step.detail}' * bool(step.detail)


def _lost(material: Material) -> collections.abc.Iterator[str]:
    """Tell it of each way that was begun: what is done is done."""
    attempts = material.recovery.attempts
    costs = dict(LOST)
    if put_back.is_back(material.kept):
        costs[model.Way.FULL] = LOST[model.Way.SERVER]
        costs[model.Way.DATA] = 'nothing: the volumes are back'
    told = set()
    for each in attempts:
        if each.way not in told and _touched(material.recovery, each):
            told.add(each.way)
            yield f'{each.way}: {costs[each.way]}'


def _touched(recovery: model.Recovery, attempt: model.Attempt) -> bool:
    return any(
        each.attempt == attempt.number
        and each.name not in ('safety-snapshot', 'verify')
        and each.status is not model.StepStatus.PLANNED
        for each in recovery.steps
    )


def _kept(material: Material) -> collections.abc.Iterator[str]:
    for each in material.kept:
        where = f' from {each.device}' if each.device else ''
        line = f'{each.kind} {each.resource_id}{where}: {each.status}'
        if each.status is model.KeptStatus.KEPT:
            line += f' until {_at(each.keep_until)} at least'
        yield line + f': {each.reason}' * bool(each.reason)


def _ways_on(material: Material) -> collections.abc.Iterator[str]:
    recovery = material.recovery
    status = recovery.status
    if status is model.RecoveryStatus.HELD:
        yield f'let it begin: openstack recovery approve {recovery.id}'
    if status in model.OPEN_RECOVERY:
        yield f'stop it: openstack recovery abort {recovery.id}'
        return
    if status is not model.RecoveryStatus.DONE:
        yield f'try again: openstack recovery retry {recovery.id}'
    if recovery.kind is not model.RecoveryKind.RESTORE:
        return
    if put_back.is_back(material.kept):
        yield (
            'nothing is left to undo: the volumes from before it were put back'
        )
    elif not put_back.undo_refusal(recovery, material.kept):
        yield (
            'put the volumes from before it back, while they are kept:'
            f' openstack recovery undo {recovery.id}'
        )


def _at(moment: datetime.datetime) -> str:
    utc = moment.astimezone(datetime.UTC)
    return utc.isoformat(timespec='seconds').replace('+00:00', 'Z')


def _seconds(since: datetime.datetime, until: datetime.datetime) -> str:
    """Say a span so that it can be read: ``42 s``, ``1:05:00``."""
    span = until - since
    if span < datetime.timedelta(minutes=5):
        return f'{span.total_seconds():.0f} s'
    return str(datetime.timedelta(seconds=round(span.total_seconds())))
