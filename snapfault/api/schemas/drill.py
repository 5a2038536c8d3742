"""What may be sent about drills."""

from snapfault import model
from snapfault.api.schemas import types

CREATE = types.closed(
    {
        'drill': types.closed(
            {'business_id': types.NAME, 'recovery_point_id': types.ID},
            required=['business_id'],
        )
    },
    required=['drill'],
)
LIST = types.page(
    ['created_at', 'business_id'],
    business_id=types.NAME,
    status=types.one_of(model.DrillStatus),
)
