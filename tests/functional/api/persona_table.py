"""Who is answered what: one line for every request that there is.

``WHO`` is a project. Whoever adds a route adds its lines: a request is a
method, a path with its query, and a body; one that takes several ids says all
of them, and the tests name another project's in each place in turn.
"""

import dataclasses

#: The bearers of a token, least first; none has no token at all, unscoped
#: one without a project, stranger a role that means nothing here.
PERSONAS = (
    'none',
    'unscoped',
    'stranger',
    'service',
    'reader',
    'member',
    'manager',
    'admin',
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One request, and what each persona is answered."""

    request: str
    answers: str  #: in the order of PERSONAS, about what is the caller's own
    #: Those who may: where the request names what another project has, or
    #: what nobody has.
    other: int = 404
    #: Whether it takes all_projects=true; who may say that is an admin.
    wide: bool = True
    #: Whether a rule is asked only once it is known what the request names.
    late: bool = False

    @property
    def route(self):
        """Give method and path, as they come."""
        method, path = self.request.split(' ')[:2]
        return method, path.partition('?')[0]

    def answer(self, persona):
        """Give the status that a persona is answered."""
        return int(self.answers.split()[PERSONAS.index(persona)])


R = Row
#    none, unscoped, stranger, service, reader, member, manager, admin
READ = '401 403 403 403 200 200 200 200'
CREATED = '401 403 403 403 403 201 201 201'
CHANGED = '401 403 403 403 403 200 200 200'
REMOVED = '401 403 403 403 403 204 204 204'
ACCEPTED = '401 403 403 403 403 202 202 202'
MANAGED = '401 403 403 403 403 403 200 200'
ENROLLED = '401 403 403 403 403 403 403 201'
SHARED = '401 403 403 403 403 403 403 200'
DELETED = '401 403 403 403 403 403 202 202'

ROWS = (
    R('GET /v1/policies', READ),
    R('GET /v1/policies?name=policy-WHO', READ, other=200),
    R('GET /v1/policies?marker=policy-WHO', READ, other=400),
    R(
        'POST /v1/policies {"policy": {"name": "new", "schedules":'
        ' [{"interval": 60}], "quota": {"count": 1}}}',
        CREATED,
        wide=False,
    ),
    R('GET /v1/policies/policy-WHO', READ),
    R('PATCH /v1/policies/policy-WHO {"policy": {"rpo": 60}}', CHANGED),
    R(
        'PATCH /v1/policies/policy-WHO {"policy": {"shared_with": ["*"]}}',
        SHARED,
        late=True,
    ),
    R('DELETE /v1/policies/spare_policy-WHO', REMOVED),
    R('GET /v1/protections', READ),
    R('GET /v1/protections?policy_id=policy-WHO', READ, other=200),
    R(
        'GET /v1/protections?business_id=protection-business-WHO',
        READ,
        other=200,
    ),
    R('GET /v1/protections?marker=protection-WHO', READ, other=400),
    R(
        'POST /v1/protections {"protection": {"business_id": "new",'
        ' "server_id": "server-WHO", "policy_id": "policy-mine"}}',
        CREATED,
        other=400,
        wide=False,
    ),
    R(
        'POST /v1/protections {"protection": {"business_id": "new",'
        ' "server_id": "server-mine", "policy_id": "policy-WHO"}}',
        CREATED,
        wide=False,
    ),
    # who enrols without lending a right of their own
    R(
        'POST /v1/protections {"protection": {"business_id": "new",'
        ' "server_id": "server-mine", "policy_id": "policy-mine",'
        ' "delegation": {"kind": "assignment"}}}',
        ENROLLED,
        wide=False,
        late=True,
    ),
    R('GET /v1/protections/protection-WHO', READ),
    R(
        'PATCH /v1/protections/protection-WHO'
        ' {"protection": {"paused": true}}',
        CHANGED,
    ),
    R(
        'PATCH /v1/protections/protection-mine {"protection": {"policy_id":'
        ' "policy-WHO"}}',
        CHANGED,
    ),
    R('DELETE /v1/protections/protection-WHO', REMOVED),
    R('POST /v1/protections/protection-WHO/webhook', CREATED),
    R('DELETE /v1/protections/protection-WHO/webhook', REMOVED),
    R('GET /v1/record-table', READ, wide=False),
    R(
        'PUT /v1/record-table {"record_table": {"version": 1, "protections":'
        ' [{"business_id": "new", "server_id": "server-WHO", "policy":'
        ' "policy-mine"}]}}',
        CHANGED,
        other=400,
        wide=False,
    ),
    R(
        'PUT /v1/record-table {"record_table": {"version": 1, "protections":'
        ' [{"business_id": "new", "server_id": "server-mine", "policy":'
        ' "policy-WHO"}]}}',
        CHANGED,
        other=400,
        wide=False,
    ),
    R('GET /v1/tasks', READ),
    R('GET /v1/tasks?protection_id=spare_protection-WHO', READ, other=200),
    R('GET /v1/tasks?marker=task-WHO', READ, other=400),
    R(
        'POST /v1/tasks {"task": {"protection_id": "protection-WHO"}}',
        ACCEPTED,
        wide=False,
    ),
    R('GET /v1/tasks/task-WHO', READ),
    R('GET /v1/recovery-points', READ),
    R(
        'GET /v1/recovery-points?business_id=protection-business-WHO',
        READ,
        other=200,
    ),
    R('GET /v1/recovery-points?marker=recovery_point_1-WHO', READ, other=400),
    R('GET /v1/recovery-points/recovery_point_1-WHO', READ),
    R(
        'PATCH /v1/recovery-points/recovery_point_1-WHO'
        ' {"recovery_point": {"pinned": true}}',
        CHANGED,
    ),
    # what is pinned only a manager unpins
    R(
        'PATCH /v1/recovery-points/recovery_point_3-WHO'
        ' {"recovery_point": {"pinned": false}}',
        MANAGED,
        late=True,
    ),
    R('DELETE /v1/recovery-points/recovery_point_1-WHO', DELETED),
    R('GET /v1/recoveries', READ),
    R(
        'GET /v1/recoveries?business_id=protection-business-WHO',
        READ,
        other=200,
    ),
    R('GET /v1/recoveries?marker=recovery_held-WHO', READ, other=400),
    R(
        'POST /v1/recoveries {"recovery": {"business_id":'
        ' "protection-business-WHO"}}',
        ACCEPTED,
        wide=False,
    ),
    R(
        'POST /v1/recoveries {"recovery": {"business_id":'
        ' "protection-business-mine", "recovery_point_id":'
        ' "recovery_point_1-WHO"}}',
        ACCEPTED,
        wide=False,
    ),
    R('GET /v1/recoveries/recovery_held-WHO', READ),
    R('GET /v1/recoveries/recovery_done-WHO/report', READ),
    R('POST /v1/recoveries/recovery_done-WHO/undo', ACCEPTED, wide=False),
    R('POST /v1/recoveries/recovery_held-WHO/abort', ACCEPTED, wide=False),
    R(
        'POST /v1/recoveries/recovery_failed-WHO/retry {"recovery": {}}',
        ACCEPTED,
        wide=False,
    ),
    R(
        'POST /v1/recoveries/recovery_failed-mine/retry {"recovery":'
        ' {"recovery_point_id": "recovery_point_1-WHO"}}',
        ACCEPTED,
        wide=False,
    ),
    R('POST /v1/recoveries/recovery_held-WHO/approve', ACCEPTED, wide=False),
    R('GET /v1/drills', READ),
    R(
        'GET /v1/drills?business_id=spare_protection-business-WHO',
        READ,
        other=200,
    ),
    R('GET /v1/drills?marker=drill-WHO', READ, other=400),
    R(
        'POST /v1/drills {"drill": {"business_id":'
        ' "protection-business-WHO"}}',
        ACCEPTED,
        wide=False,
    ),
    R(
        'POST /v1/drills {"drill": {"business_id":'
        ' "protection-business-mine", "recovery_point_id":'
        ' "recovery_point_1-WHO"}}',
        ACCEPTED,
        wide=False,
    ),
    R('GET /v1/drills/drill-WHO', READ),
    R(
        'POST /v1/schedule-previews {"schedule_preview": {"schedules":'
        ' [{"interval": 60}]}}',
        READ,
        wide=False,
    ),
    R('GET /v1/plan', READ),
    R(
        'GET /v1/recovery-plan?business_id=protection-business-WHO',
        READ,
        wide=False,
    ),
    R(
        'GET /v1/recovery-plan?business_id=protection-business-mine'
        '&recovery_point_id=recovery_point_1-WHO',
        READ,
        wide=False,
    ),
    R('GET /v1/readiness', READ),
    R('GET /v1/readiness?policy_id=policy-WHO', READ, other=200),
    R(
        'GET /v1/readiness?business_id=protection-business-WHO',
        READ,
        other=200,
    ),
    R('GET /v1/readiness?marker=protection-WHO', READ, other=400),
)
