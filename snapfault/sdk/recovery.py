"""Recoveries."""

import typing

from openstack import exceptions
from openstack import resource
from openstack import utils


class Recovery(resource.Resource):
    """One time that a service was brought back, or is being."""

    resource_key = 'recovery'
    resources_key = 'recoveries'
    base_path = '/recoveries'

    allow_create = True
    allow_fetch = True
    allow_list = True
    _max_microversion = '1.0'
    _query_mapping = resource.QueryParameters(
        'business_id', 'status', 'sort', 'all_projects'
    )

    #: whose it is
    project_id = resource.Body('project_id')
    #: of what
    protection_id = resource.Body('protection_id')
    #: of its protection
    business_id = resource.Body('business_id')
    #: what is rebuilt
    server_id = resource.Body('server_id')
    #: 'restore', or 'undo' of another
    kind = resource.Body('kind')
    #: the recovery it undoes or tries again; None: none
    origin_id = resource.Body('origin_id')
    #: how far it is
    status = resource.Body('status')
    #: whether a person has stopped it
    abort_asked = resource.Body('abort_asked')
    #: why it was begun
    cause = resource.Body('cause')
    #: when the fault began; None: unknown
    onset_at = resource.Body('onset_at')
    #: what the point must be older than; None: the onset
    before_at = resource.Body('before_at')
    #: whether only the server is rebuilt
    keep_volumes = resource.Body('keep_volumes', type=bool)
    #: what was seen when it began: an object
    evidence = resource.Body('evidence', type=dict)
    #: where it goes back to; None: not chosen
    recovery_point_id = resource.Body('recovery_point_id')
    #: why it is so
    reason = resource.Body('reason')
    #: objects
    attempts = resource.Body('attempts', type=list)
    #: its journal: objects
    steps = resource.Body('steps', type=list)
    #: what it has taken away, and until when it stands: objects
    kept = resource.Body('kept', type=list)
    #: when it was made, in UTC as all times are
    created_at = resource.Body('created_at')
    #: when it was over; None: it is not
    finished_at = resource.Body('finished_at')

    def undo(self, session: typing.Any) -> 'Recovery':
        """Put back what it has taken away; gives the recovery that does."""
        return self._act(session, 'undo')

    def abort(self, session: typing.Any) -> 'Recovery':
        """Stop it at its next step; gives it as it is then."""
        return self._act(session, 'abort')

    def approve(self, session: typing.Any) -> 'Recovery':
        """Let it begin, if it is held; gives it as it is then."""
        return self._act(session, 'approve')

    def retry(self, session: typing.Any, **members: typing.Any) -> 'Recovery':
        """Try again from what stands; gives the recovery that does.

        :param members: ``recovery_point_id``, of a point to go back to
        """
        return self._act(session, 'retry', {'recovery': members})

    def report(self, session: typing.Any) -> dict[str, typing.Any]:
        """Give all there is to say of it, in sections and as ``text``."""
        response = session.get(
            utils.urljoin(self.base_path, self.id, 'report'),
            microversion=self._get_microversion(session),
        )
        exceptions.raise_from_response(response)
        found: dict[str, typing.Any] = response.json()['report']
        return found

    def _act(
        self, session: typing.Any, action: str, body: typing.Any = None
    ) -> 'Recovery':
        microversion = self._get_microversion(session)
        response = session.post(
            utils.urljoin(self.base_path, self.id, action),
            json=body,
            microversion=microversion,
        )
        exceptions.raise_from_response(response)
        acted = Recovery(microversion=microversion)
        acted._translate_response(response)
        return acted
