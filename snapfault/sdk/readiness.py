"""Readiness."""

from openstack import resource


class Readiness(resource.Resource):
    """What a recovery of one service would meet, judged now."""

    resources_key = 'readiness'
    base_path = '/readiness'

    allow_list = True
    _max_microversion = '1.0'
    _query_mapping = resource.QueryParameters(
        'business_id', 'policy_id', 'sort', 'all_projects'
    )

    #: whose it is
    project_id = resource.Body('project_id')
    #: of the protection
    business_id = resource.Body('business_id')
    #: what is judged
    protection_id = resource.Body('protection_id')
    #: its server
    server_id = resource.Body('server_id')
    #: whether it could be recovered
    ready = resource.Body('ready')
    #: what keeps it from being recovered
    hindrances = resource.Body('hindrances', type=list)
    #: what may
    warnings = resource.Body('warnings', type=list)
    #: what it would go back to; None: none
    recovery_point_id = resource.Body('recovery_point_id')
    #: seconds since that was whole; None: there is none
    age = resource.Body('age')
    #: seconds it may age; None: no deadline
    rpo = resource.Body('rpo')
    #: what drills found of it
    proof = resource.Body('proof')
    #: when; None: none has
    proof_at = resource.Body('proof_at')
    #: seconds a drill took; None: unknown
    rto = resource.Body('rto')
