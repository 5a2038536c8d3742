"""Write the nouns as JSON."""

import collections.abc
import dataclasses
import datetime

from snapfault import document
from snapfault import model
from snapfault import rules
from snapfault.api import call
from snapfault.trigger import upcoming as upcoming_runs


def policy(policy: model.Policy) -> call.Json:
    """Write a policy."""
    return {
        'id': policy.id,
        'project_id': policy.project_id,
        'name': policy.name,
        'description': policy.description,
        **document.write(policy),
        'shared_with': list(policy.shared_with),
        'alarm': policy.alarm,
        'alarm_at': time(policy.alarm_at),
        'generation': policy.generation,
        'created_at': time(policy.created_at),
        'updated_at': time(policy.updated_at),
    }


def protection(protection: model.Protection) -> call.Json:
    """Write a protection; of its right, the kind and no more."""
    return {
        'id': protection.id,
        'project_id': protection.project_id,
        'business_id': protection.business_id,
        'server_id': protection.server_id,
        'policy_id': protection.policy_id,
        'image_id': protection.image_id,
        'status': protection.status.value,
        'selected': protection.selected,
        'webhook': protection.webhook_hash is not None,
        'delegation': {'kind': protection.delegation_kind.value},
        'next_run_at': time(protection.next_run_at),
        'next_drill_at': time(protection.next_drill_at),
        'alarm': protection.alarm,
        'alarm_at': time(protection.alarm_at),
        'ending_at': time(protection.ending_at),
        'generation': protection.generation,
        'created_at': time(protection.created_at),
        'updated_at': time(protection.updated_at),
    }


def task(task: model.Task, business_id: str | None) -> call.Json:
    """Write a task.

    :param business_id: of its protection; None where that is gone
    """
    return {
        'id': task.id,
        'project_id': task.project_id,
        'protection_id': task.protection_id,
        'business_id': business_id,
        'scheduled_at': time(task.scheduled_at),
        'labels': list(task.labels),
        'by_hand': task.by_hand,
        'deadline_at': time(task.deadline_at),
        'status': task.status.value,
        'attempts': task.attempts,
        'weight': task.weight,
        'breakdown': breakdown(task.breakdown),
        'reason': task.reason,
        'recovery_point_id': task.point_id,
        'created_at': time(task.created_at),
        'finished_at': time(task.finished_at),
    }


def breakdown(
    parts: collections.abc.Iterable[model.Part],
) -> list[call.Json]:
    return [dataclasses.asdict(part) for part in parts]


def recovery_point(
    point: model.RecoveryPoint, kept_by: str | None
) -> call.Json:
    """Write a recovery point and its members.

    :param kept_by: the rule that keeps it, or that lets it go; None: it is
        not good, or under no policy
    """
    return {
        'id': point.id,
        'project_id': point.project_id,
        'protection_id': point.protection_id,
        'business_id': point.business_id,
        'task_id': point.task_id,
        'labels': list(point.labels),
        'sequence': point.sequence,
        'status': point.status.value,
        'kept_by': kept_by,
        'pinned': point.pinned,
        'level': point.level.value,
        'level_reason': point.level_reason,
        'skew': point.skew,
        'group_snapshot_id': point.group_snapshot_id,
        'root_image_id': point.root_image_id,
        'proof': point.proof.value,
        'proof_at': time(point.proof_at),
        'rto': point.rto,
        'generation': point.generation,
        'server_id': point.server_id,
        'image_id': point.image_id,
        'flavor_id': point.flavor_id,
        'reason': point.reason,
        'scheduled_at': time(point.scheduled_at),
        'created_at': time(point.created_at),
        'completed_at': time(point.completed_at),
        'members': [_member(each) for each in point.members],
    }


def _member(member: model.Member) -> call.Json:
    return {
        'volume_id': member.volume_id,
        'size': member.size,
        'volume_type': member.volume_type,
        'device': member.device,
        'tag': member.tag,
        'delete_on_termination': member.delete_on_termination,
        'snapshot_id': member.snapshot_id,
    }


def recovery(
    recovery: model.Recovery, kept: collections.abc.Iterable[model.Kept] = ()
) -> call.Json:
    """Write a recovery, its attempts and its journal.

    :param kept: what it has taken away
    """
    points = [recovery.point_id, *(e.point_id for e in recovery.attempts)]
    return {
        'id': recovery.id,
        'project_id': recovery.project_id,
        'protection_id': recovery.protection_id,
        'business_id': recovery.business_id,
        'server_id': recovery.server_id,
        'kind': recovery.kind.value,
        'origin_id': recovery.origin_id,
        'status': recovery.status.value,
        'abort_asked': recovery.abort_asked,
        'cause': recovery.cause,
        'onset_at': time(recovery.onset_at),
        'before_at': time(recovery.before_at),
        'keep_volumes': recovery.keep_volumes,
        'evidence': dict(recovery.evidence),
        'recovery_point_id': ([None] + [p for p in points if p])[-1],
        'reason': recovery.reason,
        'attempts': [_attempt(each) for each in recovery.attempts],
        'steps': [_step(each) for each in recovery.steps],
        'kept': [_kept(each) for each in kept],
        'created_at': time(recovery.created_at),
        'finished_at': time(recovery.finished_at),
    }


def drill(drill: model.Drill) -> call.Json:
    """Write a drill and its journal."""
    return {
        'id': drill.id,
        'project_id': drill.project_id,
        'protection_id': drill.protection_id,
        'business_id': drill.business_id,
        'status': drill.status.value,
        'outcome': drill.outcome.value if drill.outcome else None,
        'cause': drill.cause,
        'recovery_point_id': drill.point_id,
        'took': drill.took,
        'reason': drill.reason,
        'steps': [_step(each) for each in drill.steps],
        'created_at': time(drill.created_at),
        'started_at': time(drill.started_at),
        'finished_at': time(drill.finished_at),
    }


def _attempt(attempt: model.Attempt) -> call.Json:
    return {
        'number': attempt.number,
        'way': attempt.way.value,
        'recovery_point_id': attempt.point_id,
        'status': attempt.status.value,
        'reason': attempt.reason,
        'started_at': time(attempt.started_at),
        'finished_at': time(attempt.finished_at),
    }


def _kept(kept: model.Kept) -> call.Json:
    return {
        'kind': kept.kind.value,
        'resource_id': kept.resource_id,
        'device': kept.device,
        'status': kept.status.value,
        'keep_until': time(kept.keep_until),
        'reason': kept.reason,
    }


def _step(step: model.StepRecord) -> call.Json:
    return {
        'position': step.position,
        'attempt': step.attempt,
        'phase': step.phase,
        'name': step.name,
        'arguments': dict(step.arguments),
        'status': step.status.value,
        'detail': step.detail,
        'request_ids': list(step.request_ids),
        'started_at': time(step.started_at),
        'finished_at': time(step.finished_at),
    }


def upcoming(
    run: upcoming_runs.Run,
    windows: collections.abc.Mapping[rules.Window, call.Json],
) -> call.Json:
    """Write a run to come.

    :param windows: how each blackout is written
    """
    return {
        'scheduled_at': time(run.scheduled_at),
        'labels': list(run.labels),
        'begins_at': time(run.begins_at),
        'latest_at': time(run.latest_at),
        'moved_by': [windows[each] for each in run.moved_by],
    }


def time(moment: datetime.datetime | None) -> str | None:
    """Write a time as ISO 8601 in UTC; microseconds where there are any."""
    if moment is None:
        return None
    return moment.astimezone(datetime.UTC).isoformat().replace('+00:00', 'Z')
