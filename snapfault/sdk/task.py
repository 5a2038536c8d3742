"""Tasks."""

from openstack import resource


class Task(resource.Resource):
    """One run of a protection, waiting, running or over."""

    resource_key = 'task'
    resources_key = 'tasks'
    base_path = '/tasks'

    allow_create = True
    allow_fetch = True
    allow_list = True
    _max_microversion = '1.0'
    _query_mapping = resource.QueryParameters(
        'protection_id', 'status', 'sort', 'all_projects'
    )

    #: whose it is
    project_id = resource.Body('project_id')
    #: what is run
    protection_id = resource.Body('protection_id')
    #: of its protection; None: that is gone
    business_id = resource.Body('business_id')
    #: when it fell due
    scheduled_at = resource.Body('scheduled_at')
    #: of the schedules that fell due
    labels = resource.Body('labels', type=list)
    #: whether a person asked for it
    by_hand = resource.Body('by_hand')
    #: when it is missed; None: never
    deadline_at = resource.Body('deadline_at')
    #: what became of it
    status = resource.Body('status')
    #: how often it began
    attempts = resource.Body('attempts')
    #: what it was ranked by; None: not yet
    weight = resource.Body('weight')
    #: what each weigher said: objects
    breakdown = resource.Body('breakdown', type=list)
    #: why it is so
    reason = resource.Body('reason')
    #: what it made; None: nothing yet
    recovery_point_id = resource.Body('recovery_point_id')
    #: when it was made, in UTC as all times are
    created_at = resource.Body('created_at')
    #: when it was over; None: it is not
    finished_at = resource.Body('finished_at')
