"""Recovery points."""

from openstack import resource


class RecoveryPoint(resource.Resource):
    """The snapshots of all volumes of a service, taken together."""

    resource_key = 'recovery_point'
    resources_key = 'recovery_points'
    base_path = '/recovery-points'

    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True
    commit_method = 'PATCH'
    _max_microversion = '1.0'
    _query_mapping = resource.QueryParameters(
        'business_id', 'status', 'sort', 'all_projects'
    )

    #: counts its changes: of an entity tag, against lost updates
    generation = resource.Body('generation', type=int)
    #: whose it is
    project_id = resource.Body('project_id')
    #: what it is of
    protection_id = resource.Body('protection_id')
    #: of its protection
    business_id = resource.Body('business_id')
    #: what made it; None: unknown
    task_id = resource.Body('task_id')
    #: of the schedules it was made by
    labels = resource.Body('labels', type=list)
    #: its place in the history of the service
    sequence = resource.Body('sequence')
    #: 'good' is what a recovery takes
    status = resource.Body('status')
    #: the rule that keeps it; None: none
    kept_by = resource.Body('kept_by')
    #: whether no rule may take it
    pinned = resource.Body('pinned')
    #: how much alike its snapshots are
    level = resource.Body('level')
    #: why no more
    level_reason = resource.Body('level_reason')
    #: seconds between its snapshots; None: none
    skew = resource.Body('skew')
    #: of Cinder; None: taken one by one
    group_snapshot_id = resource.Body('group_snapshot_id')
    #: an image of the root disk; None: none
    root_image_id = resource.Body('root_image_id')
    #: what drills found
    proof = resource.Body('proof')
    #: when; None: none has
    proof_at = resource.Body('proof_at')
    #: seconds a drill took; None: unknown
    rto = resource.Body('rto')
    #: what it was taken of
    server_id = resource.Body('server_id')
    #: the original image of that
    image_id = resource.Body('image_id')
    #: the flavor of that
    flavor_id = resource.Body('flavor_id')
    #: why it is so
    reason = resource.Body('reason')
    #: when its run fell due
    scheduled_at = resource.Body('scheduled_at')
    #: when it was made, in UTC as all times are
    created_at = resource.Body('created_at')
    #: when its last snapshot was seen whole; None: not
    completed_at = resource.Body('completed_at')
    #: its snapshots: objects
    members = resource.Body('members', type=list)
