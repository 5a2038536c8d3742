"""Ask Glance; what it answers leaves as :mod:`snapfault.resource`."""

import collections.abc
import typing
import urllib.parse

from snapfault import resource
from snapfault.cloud import door as doors
from snapfault.cloud import translate

Found = dict[str, typing.Any]


@translate.sensible
def get_image(door: doors.Door, image_id: str) -> resource.Image:
    """Read an image that the project may see."""
    return _image(door.get('image', 'images', image_id))


@translate.sensible
def find_images(door: doors.Door, marker: str) -> list[resource.Image]:
    """List the images that carry a marker, the oldest first."""
    found = [
        each
        for each in _pages(door, {resource.MARKER: marker})
        # whatever the filter did, nothing else may be taken for ours
        if each.get(resource.MARKER) == marker
    ]
    ordered = sorted(found, key=lambda each: (each['created_at'], each['id']))
    return [_image(each) for each in ordered]


def delete_image(door: doors.Door, image_id: str) -> None:
    """Remove an image; it is gone at once."""
    door.change('DELETE', 'image', 'images', image_id)


def _pages(
    door: doors.Door, filters: collections.abc.Mapping[str, str]
) -> collections.abc.Iterator[Found]:
    params = dict(filters)
    while True:
        page = door.get('image', 'images', params=params)
        yield from page['images']
        following = urllib.parse.urlsplit(page.get('next') or '').query
        if not following:
            return
        params = dict(urllib.parse.parse_qsl(following))


def _image(found: Found) -> resource.Image:
    return resource.Image(
        id=found['id'],
        name=found['name'] or '',
        status=found['status'],
        project_id=found.get('owner'),
        size=found.get('size'),
        metadata={
            key: str(value)
            for key, value in found.items()
            if key.startswith(resource.PREFIX)
        },
    )
