"""Policies."""

from openstack import resource


class Policy(resource.Resource):
    """Preset rules that protections share.

    What each rule holds the API reference says; one that is left out when a
    policy is made has its default.
    """

    resource_key = 'policy'
    resources_key = 'policies'
    base_path = '/policies'

    allow_create = True
    allow_fetch = True
    allow_commit = True
    allow_delete = True
    allow_list = True
    commit_method = 'PATCH'
    _max_microversion = '1.0'
    _query_mapping = resource.QueryParameters('name', 'sort', 'all_projects')

    #: counts its changes: of an entity tag, against lost updates
    generation = resource.Body('generation', type=int)
    #: whose it is
    project_id = resource.Body('project_id')
    #: in words, for people
    description = resource.Body('description')
    #: when runs fall due: objects
    schedules = resource.Body('schedules', type=list)
    #: windows in which no run begins: objects
    blackouts = resource.Body('blackouts', type=list)
    #: seconds in which a run must begin; None: it has no end
    deadline = resource.Body('deadline')
    #: seconds over which protections are spread
    stagger = resource.Body('stagger')
    #: what becomes of runs that were missed
    catch_up = resource.Body('catch_up')
    #: whether nothing falls due
    paused = resource.Body('paused')
    #: which servers it enrols by itself: an object; None: none
    selector = resource.Body('selector', type=dict)
    #: ids of the projects that may use it; '*' stands for all
    shared_with = resource.Body('shared_with', type=list)
    #: which recovery points are kept: an object
    quota = resource.Body('quota', type=dict)
    #: from what on load counts: objects
    thresholds = resource.Body('thresholds', type=list)
    #: whether busy services go first or last
    posture = resource.Body('posture')
    #: a static class; larger runs sooner
    priority = resource.Body('priority')
    #: of weighers, by their names
    multipliers = resource.Body('multipliers', type=dict)
    #: what absent data weighs, 0 to 1; None: neutral
    unknown = resource.Body('unknown')
    #: seconds a good point may age; None: no deadline
    rpo = resource.Body('rpo')
    #: how much alike the snapshots of a set are: an object
    consistency = resource.Body('consistency', type=dict)
    #: how services are recovered: an object
    recovery = resource.Body('recovery', type=dict)
    #: what needs a person now; empty: nothing does
    alarm = resource.Body('alarm')
    #: since when; None: nothing does
    alarm_at = resource.Body('alarm_at')
    #: when it was made, in UTC as all times are
    created_at = resource.Body('created_at')
    #: when it was last changed
    updated_at = resource.Body('updated_at')
