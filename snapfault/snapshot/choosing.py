"""Look at what decides on the level of a point, and choose it. Thin."""

import collections.abc
import dataclasses
import datetime
import functools

from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.snapshot import grouped
from snapfault.snapshot import levels
from snapfault.snapshot import sight as sights

Disk = tuple[resource.Attachment, resource.Volume]


def choose(
    cloud: port.Cloud,
    sight: sights.Sight,
    wanted: rules.Consistency,
    server: resource.Server,
    disks: collections.abc.Iterable[Disk],
    now: datetime.datetime,
) -> levels.Choice:
    """Choose the level; only what the policy asks for is looked at.

    :raises Unreachable: it cannot be had, and nothing less will do
    """
    everything: list[resource.Volume] = []
    if wanted.level is rules.Level.GROUP:
        everything = list(sight.volumes().values())
    elif wanted.level is rules.Level.STOPPED:
        # what decides on a stop is read at this moment
        server = sight.project.get_server(server.id)
    choice = levels.choose(
        wanted,
        server,
        [volume for _, volume in disks],
        everything,
        functools.partial(grouped.look, cloud, sight.project),
        now,
    )
    return dataclasses.replace(choice, root_image=wanted.root_image)
