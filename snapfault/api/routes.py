"""The whole API on one screen.

Each route names its handler, the rule that says who may, what goes back, and
the schemas of its query and body. To change a noun, open the modules of its
name in handlers, schemas, answers and policies.
"""

import typing

from snapfault.api import routing
from snapfault.api import validation
from snapfault.api.answers import drill as drill_answer
from snapfault.api.answers import form
from snapfault.api.answers import plan as plan_answer
from snapfault.api.answers import policy as policy_answer
from snapfault.api.answers import protection as protection_answer
from snapfault.api.answers import readiness as readiness_answer
from snapfault.api.answers import record_table as record_table_answer
from snapfault.api.answers import recovery as recovery_answer
from snapfault.api.answers import recovery_plan as recovery_plan_answer
from snapfault.api.answers import recovery_point as recovery_point_answer
from snapfault.api.answers import schedule_preview as schedule_preview_answer
from snapfault.api.answers import task as task_answer
from snapfault.api.answers import webhook as webhook_answer
from snapfault.api.handlers import drill
from snapfault.api.handlers import plan
from snapfault.api.handlers import policy
from snapfault.api.handlers import protection
from snapfault.api.handlers import readiness
from snapfault.api.handlers import record_table
from snapfault.api.handlers import recovery
from snapfault.api.handlers import recovery_action
from snapfault.api.handlers import recovery_plan
from snapfault.api.handlers import recovery_point
from snapfault.api.handlers import recovery_report
from snapfault.api.handlers import schedule_preview
from snapfault.api.handlers import task
from snapfault.api.handlers import webhook
from snapfault.api.schemas import drill as drill_schema
from snapfault.api.schemas import policy as policy_schema
from snapfault.api.schemas import protection as protection_schema
from snapfault.api.schemas import readiness as readiness_schema
from snapfault.api.schemas import record_table as record_table_schema
from snapfault.api.schemas import recovery as recovery_schema
from snapfault.api.schemas import recovery_plan as recovery_plan_schema
from snapfault.api.schemas import recovery_point as recovery_point_schema
from snapfault.api.schemas import schedule_preview as schedule_preview_schema
from snapfault.api.schemas import task as task_schema
from snapfault.api.schemas import types
from snapfault.policies import drill as drill_rule
from snapfault.policies import plan as plan_rule
from snapfault.policies import policy as policy_rule
from snapfault.policies import protection as protection_rule
from snapfault.policies import readiness as readiness_rule
from snapfault.policies import record_table as record_table_rule
from snapfault.policies import recovery as recovery_rule
from snapfault.policies import recovery_plan as recovery_plan_rule
from snapfault.policies import recovery_point as recovery_point_rule
from snapfault.policies import schedule_preview as schedule_preview_rule
from snapfault.policies import task as task_rule
from snapfault.policies import webhook as webhook_rule

_R = routing.Route
_V = validation.Validator
_ONE = validation.Validator(types.ONE)
_NONE = validation.Validator(types.NONE)

# fmt: off
ROUTES: typing.Final = (
    _R('GET', '/v1/policies',
       policy.list_page, policy_rule.LIST,
       policy_answer.PAGE, _V(policy_schema.LIST)),
    _R('POST', '/v1/policies',
       policy.create, policy_rule.CREATE,
       policy_answer.MADE, _NONE, _V(policy_schema.CREATE)),
    _R('GET', '/v1/policies/{policy_id}',
       policy.show, policy_rule.SHOW,
       policy_answer.ONE, _ONE),
    _R('PATCH', '/v1/policies/{policy_id}',
       policy.update, policy_rule.UPDATE,
       policy_answer.ONE, _ONE, _V(policy_schema.UPDATE), conditional=True),
    _R('DELETE', '/v1/policies/{policy_id}',
       policy.delete, policy_rule.DELETE,
       form.NOTHING, _ONE, conditional=True),
    _R('GET', '/v1/protections',
       protection.list_page, protection_rule.LIST,
       protection_answer.PAGE, _V(protection_schema.LIST)),
    _R('POST', '/v1/protections',
       protection.create, protection_rule.CREATE,
       protection_answer.MADE, _NONE, _V(protection_schema.CREATE)),
    _R('GET', '/v1/protections/{protection_id}',
       protection.show, protection_rule.SHOW,
       protection_answer.ONE, _ONE),
    _R('PATCH', '/v1/protections/{protection_id}',
       protection.update, protection_rule.UPDATE,
       protection_answer.ONE, _ONE, _V(protection_schema.UPDATE),
       conditional=True),
    _R('DELETE', '/v1/protections/{protection_id}',
       protection.delete, protection_rule.DELETE,
       protection_answer.LEAVING, _ONE, conditional=True),
    _R('POST', '/v1/protections/{protection_id}/webhook',
       webhook.create, webhook_rule.CREATE,
       webhook_answer.MADE, _ONE, conditional=True),
    _R('DELETE', '/v1/protections/{protection_id}/webhook',
       webhook.delete, webhook_rule.DELETE,
       form.NOTHING, _ONE, conditional=True),
    _R('GET', '/v1/record-table',
       record_table.show, record_table_rule.SHOW,
       record_table_answer.SHOWN, _NONE),
    _R('PUT', '/v1/record-table',
       record_table.replace, record_table_rule.REPLACE,
       record_table_answer.CHANGES,
       _V(record_table_schema.QUERY), _V(record_table_schema.REPLACE),
       conditional=True),
    _R('GET', '/v1/tasks',
       task.list_page, task_rule.LIST,
       task_answer.PAGE, _V(task_schema.LIST)),
    _R('POST', '/v1/tasks',
       task.create, task_rule.CREATE,
       task_answer.TAKEN, _NONE, _V(task_schema.CREATE)),
    _R('GET', '/v1/tasks/{task_id}',
       task.show, task_rule.SHOW,
       task_answer.ONE, _ONE),
    _R('GET', '/v1/recovery-points',
       recovery_point.list_page, recovery_point_rule.LIST,
       recovery_point_answer.PAGE, _V(recovery_point_schema.LIST)),
    _R('GET', '/v1/recovery-points/{recovery_point_id}',
       recovery_point.show, recovery_point_rule.SHOW,
       recovery_point_answer.ONE, _ONE),
    _R('PATCH', '/v1/recovery-points/{recovery_point_id}',
       recovery_point.update, recovery_point_rule.UPDATE,
       recovery_point_answer.ONE, _ONE, _V(recovery_point_schema.UPDATE),
       conditional=True),
    _R('DELETE', '/v1/recovery-points/{recovery_point_id}',
       recovery_point.delete, recovery_point_rule.DELETE,
       recovery_point_answer.LEAVING, _ONE, conditional=True),
    _R('GET', '/v1/recoveries',
       recovery.list_page, recovery_rule.LIST,
       recovery_answer.PAGE, _V(recovery_schema.LIST)),
    _R('POST', '/v1/recoveries',
       recovery.create, recovery_rule.CREATE,
       recovery_answer.TAKEN, _NONE, _V(recovery_schema.CREATE)),
    _R('GET', '/v1/recoveries/{recovery_id}',
       recovery.show, recovery_rule.SHOW,
       recovery_answer.ONE, _ONE),
    _R('GET', '/v1/recoveries/{recovery_id}/report',
       recovery_report.show, recovery_rule.SHOW,
       recovery_answer.REPORT, _ONE),
    _R('POST', '/v1/recoveries/{recovery_id}/undo',
       recovery_action.undo, recovery_rule.UNDO,
       recovery_answer.TAKEN, _NONE),
    _R('POST', '/v1/recoveries/{recovery_id}/abort',
       recovery_action.abort, recovery_rule.ABORT,
       recovery_answer.TAKEN, _NONE),
    _R('POST', '/v1/recoveries/{recovery_id}/retry',
       recovery_action.retry, recovery_rule.RETRY,
       recovery_answer.TAKEN, _NONE, _V(recovery_schema.RETRY)),
    _R('POST', '/v1/recoveries/{recovery_id}/approve',
       recovery_action.approve, recovery_rule.APPROVE,
       recovery_answer.TAKEN, _NONE),
    _R('GET', '/v1/drills',
       drill.list_page, drill_rule.LIST,
       drill_answer.PAGE, _V(drill_schema.LIST)),
    _R('POST', '/v1/drills',
       drill.create, drill_rule.CREATE,
       drill_answer.TAKEN, _NONE, _V(drill_schema.CREATE)),
    _R('GET', '/v1/drills/{drill_id}',
       drill.show, drill_rule.SHOW,
       drill_answer.ONE, _ONE),
    _R('POST', '/v1/schedule-previews',
       schedule_preview.create, schedule_preview_rule.CREATE,
       schedule_preview_answer.RUNS,
       _NONE, _V(schedule_preview_schema.CREATE)),
    _R('GET', '/v1/plan',
       plan.show, plan_rule.SHOW,
       plan_answer.SHOWN, _ONE),
    _R('GET', '/v1/recovery-plan',
       recovery_plan.show, recovery_plan_rule.SHOW,
       recovery_plan_answer.SHOWN, _V(recovery_plan_schema.SHOW)),
    _R('GET', '/v1/readiness',
       readiness.list_page, readiness_rule.LIST,
       readiness_answer.PAGE, _V(readiness_schema.LIST)),
)
# fmt: on
