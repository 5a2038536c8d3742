"""Tasks."""

from snapfault import model
from snapfault.api import call
from snapfault.api import paging
from snapfault.api import views
from snapfault.db import protections
from snapfault.db import tasks


def list_page(this: call.Call) -> call.Answer:
    """List tasks."""
    return paging.answer(
        this, 'tasks', tasks.list_page, lambda found: _written(this, found)
    )


def show(this: call.Call) -> call.Answer:
    """Show a task."""
    task = tasks.get(this.database, this.scope, this.ids['task_id'])
    return call.Answer({'task': _written(this, [task])[0]})


def create(this: call.Call) -> call.Answer:
    """Have a protection run now, in its place among what waits."""
    protection = protections.get(
        this.database, this.project_id, this.body['task']['protection_id']
    )
    task = tasks.create_now(this.database, protection, this.now)
    this.backend.wake()
    return call.Answer(
        {'task': views.task(task, protection.business_id)},
        status=202,
        location=f'/v1/tasks/{task.id}',
    )


def _written(this: call.Call, found: list[model.Task]) -> list[call.Json]:
    """Write tasks with their business ids, which their protections know."""
    known = protections.by_ids(
        this.database, {task.protection_id for task in found}
    )
    return [
        views.task(
            task,
            known[task.protection_id].business_id
            if task.protection_id in known
            else None,
        )
        for task in found
    ]
