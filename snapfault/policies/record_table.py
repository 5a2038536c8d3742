"""Who may do what with the snapshot record table as a whole."""

from oslo_policy import policy

from snapfault.policies import personas

SHOW = 'fault-tolerance:record_table:show'
REPLACE = 'fault-tolerance:record_table:replace'

RULES = [
    policy.DocumentedRuleDefault(
        name=SHOW,
        check_str=personas.READ,
        description='Export the policies and protections of the project.',
        operations=[{'method': 'GET', 'path': '/v1/record-table'}],
        scope_types=personas.SCOPES,
    ),
    policy.DocumentedRuleDefault(
        name=REPLACE,
        check_str=personas.CHANGE,
        description=(
            'Import policies and protections into the project; this makes a'
            ' trust, and may remove what is not imported.'
        ),
        operations=[{'method': 'PUT', 'path': '/v1/record-table'}],
        scope_types=personas.SCOPES,
    ),
]
