"""Judge what becomes of a resource that a recovery has kept. Pure."""

import dataclasses
import enum

from snapfault import model
from snapfault import resource

Found = resource.Volume | resource.Snapshot


class Fate(enum.Enum):
    """What is to be done about it."""

    ASK = 'ask'  #: for its removal
    WAIT = 'wait'  #: for the cloud
    REFUSED = 'refused'  #: it was asked for and is still there
    REMOVED = 'removed'
    GONE = 'gone'  #: it is not ours to remove any more


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A fate, and why."""

    fate: Fate
    reason: str = ''


def judge(kept: model.Kept, found: Found | None) -> Verdict:
    """Say what becomes of it, by its row and by what the cloud shows.

    Removed is only what row, marker and project all call ours, and what
    nothing is attached to (invariant 7).

    :param found: None: the project has it no more
    """
    asked = kept.status is model.KeptStatus.REMOVING
    if found is None:
        return _missing(asked)
    not_ours = _not_ours(kept, found)
    if not_ours:
        return Verdict(Fate.REFUSED if asked else Fate.GONE, not_ours)
    if asked and found.status != 'deleting':
        return Verdict(
            Fate.REFUSED, f'it was to be removed and is {found.status}'
        )
    # Of what it is making Cinder refuses it, and not of what it never began.
    if found.status in ('available', 'creating', 'error', 'error_deleting'):
        return Verdict(Fate.ASK)
    return Verdict(Fate.WAIT, f'it is {found.status}')


def _missing(asked: bool) -> Verdict:
    if asked:
        return Verdict(Fate.REMOVED)
    return Verdict(Fate.GONE, 'somebody else has removed it')


def _not_ours(kept: model.Kept, found: Found) -> str:
    """Say why it must not be removed, whatever is asked."""
    if isinstance(found, resource.Volume):
        if found.attached_to or found.status == 'in-use':
            where = ', '.join(found.attached_to) or 'a server'
            return f'it is attached to {where}'
        key = resource.KEPT if kept.device else resource.RECOVERY
    else:
        key = resource.RECOVERY
    if found.metadata.get(key) != kept.recovery_id:
        return 'its metadata does not say any more that it is ours'
    return ''
