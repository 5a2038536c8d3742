"""What may be sent about recovery points."""

from snapfault import model
from snapfault.api.schemas import types

UPDATE = types.closed(
    {
        'recovery_point': types.closed(
            {'pinned': {'type': 'boolean'}}, required=['pinned']
        )
    },
    required=['recovery_point'],
)
LIST = types.page(
    ['created_at', 'scheduled_at', 'business_id'],
    business_id=types.NAME,
    status={'enum': [each.value for each in model.PointStatus]},
)
