"""What may be sent about recoveries."""

from snapfault import model
from snapfault.api.schemas import types

CREATE = types.closed(
    {
        'recovery': types.closed(
            {
                'business_id': types.NAME,
                'recovery_point_id': types.ID,
                'before_at': types.MOMENT,
                'keep_volumes': {'type': 'boolean'},
            },
            required=['business_id'],
        )
    },
    required=['recovery'],
)
RETRY = types.closed(
    {'recovery': types.closed({'recovery_point_id': types.ID})},
    required=['recovery'],
)
LIST = types.page(
    ['created_at', 'business_id'],
    business_id=types.NAME,
    status={'enum': [each.value for each in model.RecoveryStatus]},
)
