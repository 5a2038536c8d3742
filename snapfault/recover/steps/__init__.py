"""The steps of recoveries and drills, and the journal's way back to them."""

import typing

from snapfault import errors
from snapfault import model
from snapfault.recover import step
from snapfault.recover.steps import attach
from snapfault.recover.steps import boot_server
from snapfault.recover.steps import detach
from snapfault.recover.steps import evacuate
from snapfault.recover.steps import power
from snapfault.recover.steps import reboot
from snapfault.recover.steps import rebuild
from snapfault.recover.steps import remove
from snapfault.recover.steps import repair
from snapfault.recover.steps import restore_volume
from snapfault.recover.steps import return_volume
from snapfault.recover.steps import safety_snapshot
from snapfault.recover.steps import verify

KINDS: typing.Final[dict[str, type[step.Step]]] = {
    kind.name: kind
    for kind in (
        safety_snapshot.SafetySnapshot,
        restore_volume.RestoreVolume,
        rebuild.Rebuild,
        power.Stop,
        power.Halt,
        detach.Detach,
        attach.Attach,
        return_volume.ReturnVolume,
        power.Start,
        verify.Verify,
        reboot.Reboot,
        evacuate.Evacuate,
        repair.Repair,
        boot_server.BootServer,
        boot_server.MarkRoot,
        remove.RemoveServer,
        remove.RemoveVolume,
    )
}


def from_record(record: model.StepRecord) -> step.Step:
    """Make a step again from its line in the journal.

    :raises SnapfaultError: the line names no step that this release knows
    """
    arguments = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in record.arguments.items()
    }
    try:
        return KINDS[record.name](**arguments)
    except (KeyError, TypeError) as error:
        raise errors.SnapfaultError(
            f'step {record.position} of the journal, {record.name!r}, cannot'
            f' be read: {error}'
        ) from error
