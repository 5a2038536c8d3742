"""Read the rules of a policy, and look at them together."""

import collections.abc
import typing

from snapfault import document
from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault import rules_check
from snapfault.api import call
from snapfault.recover import checks
from snapfault.trigger import plan


def read(
    this: call.Call, body: collections.abc.Mapping[str, typing.Any]
) -> document.Document:
    """Read the rules that a document names.

    :raises InvalidInput: one contradicts what is installed
    """
    known = this.backend.weighers
    for name in body.get('multipliers', {}):
        if name not in known:
            raise errors.InvalidInput(
                f'policy.multipliers: there is no weigher {name[:255]!r}:'
                f' there are {", ".join(sorted(known)) or "none"}'
            )
    return document.read(body)


def check_sharing(policy: model.Policy) -> None:
    """Look at whom a policy is shared with.

    :raises InvalidInput: with what to write instead
    """
    shared = policy.shared_with
    if model.ALL_PROJECTS in shared and len(shared) > 1:
        raise errors.InvalidInput(
            f'policy.shared_with: {model.ALL_PROJECTS!r} is all projects:'
            ' name no others beside it'
        )
    if shared and policy.selector is not None:
        raise errors.InvalidInput(
            'policy.selector: it acts by a right in one project, so a policy'
            ' that is shared with others has none: set selector to null, or'
            ' shared_with to []'
        )


def check(policy: rules.Rules) -> None:
    """Look at all the rules of a policy.

    :raises InvalidInput: with what to write instead
    """
    rules_check.check(policy)
    plan.check(policy)
    for each in policy.recovery.checks:
        told = checks.wrong(each)
        if told:
            raise errors.InvalidInput(f'recovery.checks: {told}')
