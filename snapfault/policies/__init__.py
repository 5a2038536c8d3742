"""Who may do what: oslo.policy's rules, one module a noun."""

import collections.abc
import itertools

from oslo_policy import policy as oslo_policy

from snapfault.policies import drill
from snapfault.policies import plan
from snapfault.policies import policy
from snapfault.policies import project
from snapfault.policies import protection
from snapfault.policies import readiness
from snapfault.policies import record_table
from snapfault.policies import recovery
from snapfault.policies import recovery_plan
from snapfault.policies import recovery_point
from snapfault.policies import schedule_preview
from snapfault.policies import task
from snapfault.policies import webhook


def list_rules() -> collections.abc.Iterable[oslo_policy.RuleDefault]:
    """List all rules, for the enforcer and for the sample generator."""
    return itertools.chain(
        project.RULES,
        policy.RULES,
        protection.RULES,
        webhook.RULES,
        record_table.RULES,
        task.RULES,
        recovery_point.RULES,
        recovery.RULES,
        drill.RULES,
        plan.RULES,
        recovery_plan.RULES,
        readiness.RULES,
        schedule_preview.RULES,
    )
