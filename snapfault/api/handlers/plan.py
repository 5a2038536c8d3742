"""The plan: what would run next."""

from snapfault.api import call
from snapfault.api import views


def show(this: call.Call) -> call.Answer:
    """Show what would run, in that order, and what would be pruned."""
    found = this.backend.preview(this.scope, this.now)
    return call.Answer(
        {'plan': {'tasks': [views.foreseen(each) for each in found]}}
    )
