"""Protections."""

from openstack import resource


class Protection(resource.Resource):
    """One business service under a policy: a row of the record table."""

    resource_key = 'protection'
    resources_key = 'protections'
    base_path = '/protections'

    allow_create = True
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True
    commit_method = 'PATCH'
    _max_microversion = '1.0'
    _query_mapping = resource.QueryParameters(
        'business_id', 'policy_id', 'sort', 'all_projects'
    )

    #: counts its changes: of an entity tag, against lost updates
    generation = resource.Body('generation', type=int)
    #: whose it is
    project_id = resource.Body('project_id')
    #: its name, unique in the project
    business_id = resource.Body('business_id')
    #: by what right it is: an object with its kind
    delegation = resource.Body('delegation', type=dict)
    #: what is protected
    server_id = resource.Body('server_id')
    #: whose rules hold
    policy_id = resource.Body('policy_id')
    #: the original image of the server
    image_id = resource.Body('image_id')
    #: 'active', 'paused' or 'orphaned'
    status = resource.Body('status')
    #: to be sent: whether nothing falls due
    paused = resource.Body('paused', type=bool)
    #: whether its policy chose it, not a person
    selected = resource.Body('selected')
    #: whether it has one
    webhook = resource.Body('webhook')
    #: when it falls due; None: never
    next_run_at = resource.Body('next_run_at')
    #: when a drill falls due; None: never
    next_drill_at = resource.Body('next_drill_at')
    #: what needs a person now; empty: nothing does
    alarm = resource.Body('alarm')
    #: since when; None: nothing does
    alarm_at = resource.Body('alarm_at')
    #: deleted then, and gone once its running work is over; None: it stays
    ending_at = resource.Body('ending_at')
    #: when it was made, in UTC as all times are
    created_at = resource.Body('created_at')
    #: when it was last changed
    updated_at = resource.Body('updated_at')
