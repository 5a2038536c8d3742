"""Read what readiness is judged by, for many services at once.

Of each project three lists and its limits are read, however many its
protections are; a token for each trust; each image once; and the key of each
encrypted volume that a recovery would clone.
"""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.cloud import port
from snapfault.db import api
from snapfault.db import outcomes
from snapfault.db import points
from snapfault.db import policies
from snapfault.outlook import readiness
from snapfault.recover import choose
from snapfault.recover import situation as situations

LIMIT: typing.Final = 100  #: the most services that are looked at together


def judge(
    database: api.Database,
    cloud: port.Cloud,
    listed: collections.abc.Sequence[model.Protection],
    now: datetime.datetime,
) -> list[readiness.Readiness]:
    """Judge each as if it failed now, in the order given."""
    rules = policies.by_ids(database, {each.policy_id for each in listed})
    names = {each.id: (each.project_id, each.business_id) for each in listed}
    histories = points.histories(database, list(names.values()))
    ended = outcomes.of_services(database, list(names.values()))
    looks: dict[str, _Look] = {}
    found = []
    for each in listed:
        look = looks.setdefault(each.project_id, _Look(cloud))
        name = names[each.id]
        history = choose.History(histories[name], ended[name])
        case = readiness.Case(each, rules[each.policy_id], history, now)
        found.append(readiness.judge(case, look.situation(case)))
    return found


@dataclasses.dataclass(frozen=True)
class _Lists:
    """One project's lists."""

    servers: dict[str, resource.Server]
    volumes: dict[str, resource.Volume]
    snapshots: dict[str, resource.Snapshot]
    headroom: resource.Headroom


class _Look:
    """One project, of which each thing is read once."""

    def __init__(self, cloud: port.Cloud) -> None:
        self._cloud = cloud
        self._tokens: dict[model.Delegation, str] = {}
        self._lists: _Lists | str | None = None
        self._images: dict[str, resource.Image | None] = {}
        self._keys: dict[str, str] = {}

    def situation(self, case: readiness.Case) -> situations.Situation | str:
        """Give what a plan would find; text: why it cannot be read."""
        delegation = case.protection.delegation
        project = self._cloud.project(delegation)
        why_not = self._token(delegation, project)
        if why_not:
            return why_not
        if self._lists is None:
            self._lists = _read(project)
        if isinstance(self._lists, str):
            return self._lists
        try:
            return self._found(project, case, self._lists)
        except errors.SnapfaultError as error:
            return str(error)

    def _token(
        self, delegation: model.Delegation, project: port.Project
    ) -> str:
        """Fetch a fresh token by a trust, once; give why there is none."""
        if delegation not in self._tokens:
            self._tokens[delegation] = ''
            try:
                project.check()
            except errors.SnapfaultError as error:
                self._tokens[delegation] = str(error)
        return self._tokens[delegation]

    def _found(
        self,
        project: port.Project,
        case: readiness.Case,
        lists: _Lists,
    ) -> situations.Situation:
        protection = case.protection
        server = lists.servers.get(protection.server_id)
        places = (
            readiness.attachments(server, lists.volumes)
            if server is not None
            else ()
        )
        point = readiness.choice(case, lists.snapshots).point
        wanted = {protection.image_id}
        if point is not None:
            wanted.add(point.image_id)
        return situations.Situation(
            server=server,
            attachments=places,
            volumes={
                each.volume_id: lists.volumes[each.volume_id]
                for each in places
                if each.volume_id in lists.volumes
            },
            snapshots=lists.snapshots,
            images=self._images_of(project, wanted),
            headroom=lists.headroom,
            host_status=server.host_status if server is not None else None,
            reimages_roots=project.reimages_roots(),
            image_id=protection.image_id,
            key_troubles=self._keys_of(project, point, lists.volumes),
        )

    def _images_of(
        self, project: port.Project, wanted: collections.abc.Iterable[str]
    ) -> dict[str, resource.Image]:
        found = {}
        for image_id in wanted:
            if image_id not in self._images:
                try:
                    self._images[image_id] = project.get_image(image_id)
                except errors.NotFound:
                    self._images[image_id] = None
            image = self._images[image_id]
            if image is not None:
                found[image_id] = image
        return found

    def _keys_of(
        self,
        project: port.Project,
        point: model.RecoveryPoint | None,
        volumes: collections.abc.Mapping[str, resource.Volume],
    ) -> dict[str, str]:
        members = situations.data_members(point) if point is not None else ()
        for member in members:
            volume = volumes.get(member.volume_id)
            is_known = member.volume_id in self._keys
            if volume is not None and volume.encrypted and not is_known:
                self._keys[volume.id] = project.key_trouble(volume.id)
        return self._keys


def _read(project: port.Project) -> _Lists | str:
    try:
        return _Lists(
            {each.id: each for each in project.list_servers()},
            {each.id: each for each in project.list_volumes()},
            {each.id: each for each in project.list_snapshots()},
            project.get_headroom(),
        )
    except errors.SnapfaultError as error:
        return str(error)
