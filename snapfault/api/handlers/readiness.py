"""Whether services could be recovered, before they have to be."""

import dataclasses

from snapfault import model
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import readiness_view
from snapfault.db import protections
from snapfault.outlook import readying


def list_page(this: call.Call) -> call.Answer:
    """List protections, each with what a recovery would meet.

    A page is short: the cloud is read for it.
    """

    def write(found: list[model.Protection]) -> list[call.Json]:
        judged = this.backend.readiness(found, this.now)
        return [readiness_view.readiness(each) for each in judged]

    limit = min(this.max_limit, readying.LIMIT)
    return paging.answer(
        dataclasses.replace(this, max_limit=limit),
        'readiness',
        protections.list_page,
        write,
    )
