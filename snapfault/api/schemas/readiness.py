"""What may be sent about readiness."""

from snapfault.api.schemas import types

LIST = types.page(
    ['created_at', 'business_id'],
    business_id=types.NAME,
    policy_id=types.ID,
)
