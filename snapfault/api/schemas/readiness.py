"""What may be sent about readiness."""

from snapfault.api.schemas import types

LIST = types.page(business_id=types.NAME, policy_id=types.ID)
