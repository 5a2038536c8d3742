"""What may be sent about recovery points."""

from snapfault import model
from snapfault.api.schemas import types

LIST = types.page(
    business_id=types.NAME,
    status={'enum': [each.value for each in model.PointStatus]},
)
