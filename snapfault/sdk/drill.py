"""Drills."""

from openstack import resource


class Drill(resource.Resource):
    """One rehearsal of a recovery, beside the service."""

    resource_key = 'drill'
    resources_key = 'drills'
    base_path = '/drills'

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
    #: how far it is
    status = resource.Body('status')
    #: what it proved; None: nothing yet
    outcome = resource.Body('outcome')
    #: why it was begun
    cause = resource.Body('cause')
    #: what it tried; None: not chosen
    recovery_point_id = resource.Body('recovery_point_id')
    #: seconds until the service worked; None: it has not
    took = resource.Body('took')
    #: why it is so
    reason = resource.Body('reason')
    #: its journal: objects
    steps = resource.Body('steps', type=list)
    #: when it was made, in UTC as all times are
    created_at = resource.Body('created_at')
    #: when a worker took it; None: none has
    started_at = resource.Body('started_at')
    #: when it was over; None: it is not
    finished_at = resource.Body('finished_at')
