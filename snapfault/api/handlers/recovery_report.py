"""The report of one recovery."""

import contextlib
import dataclasses

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.db import events
from snapfault.db import kept
from snapfault.db import points
from snapfault.db import recoveries
from snapfault.recover import report


def show(this: call.Call) -> call.Answer:
    """Tell a recovery from its first sign to what is kept of it."""
    recovery = recoveries.get(
        this.database, this.scope, this.ids['recovery_id']
    )
    written = report.sections(_material(this, recovery))
    return call.Answer(
        {
            'report': {
                'recovery_id': recovery.id,
                'business_id': recovery.business_id,
                'status': recovery.status.value,
                'sections': [dataclasses.asdict(each) for each in written],
                'text': report.text(written),
            }
        }
    )


def _material(this: call.Call, recovery: model.Recovery) -> report.Material:
    known = {}
    for point_id in {each.point_id for each in recovery.attempts} - {None}:
        assert point_id is not None  # narrows the type
        with contextlib.suppress(errors.NotFound):
            known[point_id] = points.get(
                this.database, recovery.project_id, point_id
            )
    held = kept.of_recoveries(this.database, [recovery.id])
    return report.Material(
        recovery,
        tuple(events.of(this.database, recovery.id)),
        tuple(held[recovery.id]),
        known,
    )
