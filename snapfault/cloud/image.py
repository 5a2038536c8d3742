"""Ask Glance; what it answers leaves as :mod:`snapfault.resource`."""

from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import translate


@translate.sensible
def get_image(door: doors.Door, image_id: str) -> resource.Image:
    """Read an image that the project may see."""
    found = door.get('image', 'images', image_id)
    return resource.Image(
        id=found['id'], name=found['name'] or '', status=found['status']
    )
