"""Have an image of the root disk with a recovery point. Thin.

The image bears the point's id as its marker. It is for people: a recovery
rebuilds from the server's original image.
"""

import dataclasses
import datetime
import logging

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import makings
from snapfault.snapshot import marks
from snapfault.snapshot import settle

LOG = logging.getLogger(__name__)
#: In which Nova or Glance is still at work.
UNDER_WAY = frozenset({'queued', 'saving', 'uploading', 'importing'})


@dataclasses.dataclass(frozen=True)
class Making:
    """What stands of a root image that is being made."""

    done: bool
    failed: str  #: why it will never be; empty: it still may


def ask(
    database: api.Database, project: port.Project, point: model.RecoveryPoint
) -> None:
    """Ask Nova for the image and note its id."""
    metadata = {
        resource.MARKER: point.id,
        resource.POINT: point.id,
        resource.PROTECTION: point.protection_id,
        resource.SCHEDULED_AT: point.scheduled_at.isoformat(),
    }
    made = project.create_image(point.server_id, marks.name(point), metadata)
    makings.record_root_image(database, point.id, made)


def find(
    project: port.Project, point: model.RecoveryPoint
) -> list[resource.Image]:
    """Give the images that row, marker and owner call the point's."""
    if point.root_image_id is None:
        found = project.find_images(point.id)
    else:
        try:
            found = [project.get_image(point.root_image_id)]
        except errors.NotFound:
            found = []
    return [each for each in found if is_ours(each, point)]


def is_ours(image: resource.Image, point: model.RecoveryPoint) -> bool:
    """Say whether marker and owner call this image the point's."""
    return (
        image.metadata.get(resource.MARKER) == point.id
        and image.metadata.get(resource.POINT) == point.id
        and image.project_id == point.project_id
    )


def making(
    database: api.Database,
    project: port.Project,
    point: model.RecoveryPoint,
    now: datetime.datetime,
    limit: datetime.timedelta,
) -> Making:
    """Look at the image, and note its id where the answer was lost."""
    found = find(project, point)
    if found and point.root_image_id is None:
        makings.record_root_image(database, point.id, found[0].id)
    return judge(found[0] if found else None, point, now, limit)


def judge(
    image: resource.Image | None,
    point: model.RecoveryPoint,
    now: datetime.datetime,
    limit: datetime.timedelta,
) -> Making:
    """Say whether the image is there, can no longer be, or needs waiting."""
    asked = point.asked_at or point.created_at
    if image is None:
        if point.root_image_id is not None:
            gone = f'root image {point.root_image_id} is gone'
            return Making(done=False, failed=gone)
        late = now - asked > settle.LATE
        return Making(False, 'there is no root image yet' if late else '')
    if image.status == 'active':
        return Making(done=True, failed='')
    if image.status not in UNDER_WAY:
        return Making(False, f'root image {image.id} is {image.status}')
    if now - asked > limit:
        return Making(
            False, f'root image {image.id} was not active in {limit}'
        )
    return Making(done=False, failed='')


def remove(
    project: port.Project, point: model.RecoveryPoint, now: datetime.datetime
) -> tuple[bool, str]:
    """Remove the image, once the snapshots are gone.

    :returns: whether nothing is left of it; why it was refused, if it was
    """
    for image in find(project, point):
        try:
            project.delete_image(image.id)
        except errors.NotFound:
            LOG.debug('Image %s was gone already', image.id)
        except (errors.CloudConflict, errors.CloudRefused) as error:
            return False, f'root image {image.id} was not deleted: {error}'
    asked = point.asked_at or point.created_at
    may_appear = point.root_image_id is None and now - asked < settle.LATE
    return not may_appear, ''
