"""Glance's images, and those that Nova makes of servers."""

from snapfault import errors
from snapfault import resource
from tests.fake import state


class Images:
    """The part of the fake Nova that knows images."""

    def get_image(self, project_id, image_id):
        return self._world.owned('images', project_id, image_id).show()

    def find_images(self, project_id, marker):
        return [
            each.show()
            for each in self._world.images.values()
            if each.project_id in (project_id, None)
            and each.metadata.get(resource.MARKER) == marker
        ]

    def delete_image(self, project_id, image_id):
        found = self._world.owned('images', project_id, image_id)
        if found.project_id is None:
            raise errors.CloudRefused(f'{image_id} is not the project\'s')
        del self._world.images[image_id]

    def create_image(self, project_id, server_id, name, metadata):
        server = self._ready(
            project_id, server_id, ('ACTIVE', 'SHUTOFF', 'PAUSED')
        )
        made = state.Image(
            self._world.new_id('imag'),
            name,
            project_id,
            'queued',
            dict(metadata),
        )
        self._world.images[made.id] = made
        server.task_state = 'image_snapshot'
        fate = self._faults.take_fate('create_image', server_id, name)
        self._world.begin(
            server_id,
            lambda: self._image_ends(server, made, fate),
            hung=fate == 'hang',
        )
        return made.id

    def _image_ends(self, server, made, fate):
        server.task_state = None
        if fate == 'error':
            self._world.images.pop(made.id, None)
        else:
            made.status = 'active'
