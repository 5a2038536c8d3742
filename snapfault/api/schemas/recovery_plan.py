"""What may be sent about the plan of a recovery."""

from snapfault.api.schemas import types

SHOW = types.closed(
    {
        'business_id': types.NAME,
        'recovery_point_id': types.ID,
        'before_at': types.MOMENT,
        'keep_volumes': types.SWITCH,
    },
    required=['business_id'],
)
