"""What may be sent about tasks."""

from snapfault import model
from snapfault.api.schemas import types

CREATE = types.closed(
    {
        'task': types.closed(
            {'protection_id': types.ID}, required=['protection_id']
        )
    },
    required=['task'],
)
LIST = types.page(
    ['created_at', 'scheduled_at'],
    protection_id=types.ID,
    status={'enum': [each.value for each in model.TaskStatus]},
)
