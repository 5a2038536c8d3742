"""The plan: what would run next."""

from snapfault.api import call
from snapfault.api import plan_view


def show(this: call.Call) -> call.Answer:
    """Show what would run, in that order, and what would be pruned."""
    found = this.backend.preview(this.scope, this.now)
    tasks = [plan_view.task(each, this.now) for each in found]
    return call.Answer({'plan': {'tasks': tasks}})
