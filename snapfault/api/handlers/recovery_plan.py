"""The plan of a recovery that nobody has asked for yet."""

from snapfault.api import call
from snapfault.api import foresight_view
from snapfault.api import named
from snapfault.api import wish


def show(this: call.Call) -> call.Answer:
    """Show what a recovery would do now, or why it would not."""
    protection = named.protection(this, this.query['business_id'])
    recovery = wish.recovery(this, protection, this.query)
    found = this.backend.foresee(protection, recovery)
    return call.Answer(
        {'recovery_plan': foresight_view.recovery_plan(protection, found)}
    )
