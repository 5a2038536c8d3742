"""What may be sent to have the next runs foreseen."""

from snapfault.api.schemas import policy
from snapfault.api.schemas import types
from snapfault.trigger import upcoming

#: As a policy has them.
TIMES = ('schedules', 'blackouts', 'deadline', 'stagger')

CREATE = types.closed(
    {
        'schedule_preview': types.closed(
            {
                **{name: policy.MEMBERS[name] for name in TIMES},
                'count': {
                    'type': 'integer',
                    'minimum': 1,
                    'maximum': upcoming.MOST,
                },
            },
            required=['schedules'],
        )
    },
    required=['schedule_preview'],
)
