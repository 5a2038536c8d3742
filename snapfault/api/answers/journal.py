"""The journal of a recovery or a drill, as it is answered."""

from snapfault import model
from snapfault.api.answers import form

STEPS = form.many(
    form.whole(
        {
            'position': form.COUNT,
            'attempt': form.COUNT,
            'phase': form.COUNT,
            'name': form.TEXT,
            'arguments': form.ANYTHING,
            'status': form.one_of(model.StepStatus),
            'detail': form.TEXT,
            'request_ids': form.many(form.TEXT),
            'started_at': form.TIME_OR_NULL,
            'finished_at': form.TIME_OR_NULL,
        }
    )
)
