"""Which of many servers could be recovered, in a few calls."""

import collections.abc

from snapfault import errors
from snapfault import resource
from snapfault.cloud import port
from snapfault.cloud import suitable


def survey(
    project: port.Project,
    servers: collections.abc.Collection[resource.Server],
) -> resource.Survey:
    """Look at many servers: one list of volumes, and each image once."""
    images: dict[str, str] = {}
    unfit: dict[str, str] = {}
    if not servers:
        return resource.Survey(images, unfit)
    volumes = {each.id: each for each in project.list_volumes()}
    seen: dict[str, resource.Image | None] = {}
    for server in servers:
        try:
            attached = [
                volumes[each.volume_id]
                for each in server.attached
                if each.volume_id in volumes
            ]
            image_id = suitable.image_of(server, attached)
            if image_id not in seen:
                seen[image_id] = _image(project, image_id)
            suitable.check(server, seen[image_id], attached)
            images[server.id] = image_id
        except errors.InvalidInput as error:
            unfit[server.id] = str(error)
    return resource.Survey(images, unfit)


def _image(project: port.Project, image_id: str) -> resource.Image | None:
    try:
        return project.get_image(image_id)
    except errors.NotFound:
        return None
