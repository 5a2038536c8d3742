"""What a request names by business id: the service, and a point of it."""

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.db import points
from snapfault.db import protections


def protection(this: call.Call, business_id: str) -> model.Protection:
    """Find a protection of the caller's project.

    :raises NotFound: nothing is protected as that
    """
    found = protections.list_page(
        this.database, this.project_id, limit=1, business_id=business_id
    )
    if not found:
        raise errors.NotFound(f'business id {business_id!r} is not protected')
    return found[0]


def check_point(
    this: call.Call, protection: model.Protection, point_id: str
) -> None:
    """Refuse a point that cannot be recovered from.

    :raises NotFound: the project has none of that id
    :raises InvalidInput: it is another service's
    :raises Conflict: it is not good
    """
    point = points.get(this.database, this.project_id, point_id)
    if point.business_id != protection.business_id:
        raise errors.InvalidInput(
            f'recovery point {point.id} is of {point.business_id!r}, not of'
            f' {protection.business_id!r}'
        )
    if point.status is not model.PointStatus.GOOD:
        raise errors.Conflict(
            f'recovery point {point.id} is {point.status}, not good'
        )
