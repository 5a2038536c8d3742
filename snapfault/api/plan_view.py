"""Write a plan as JSON."""

import collections.abc
import datetime

from snapfault import model
from snapfault.api import call
from snapfault.api import views
from snapfault.outlook import ledger
from snapfault.outlook import preview


def task(preview: preview.Preview, now: datetime.datetime) -> call.Json:
    """Write what one task would do; its id only if it has a row.

    What the cloud could not be asked is null, and ``unread`` says why.
    """
    ranked, foreseen = preview.ranked, preview.foreseen
    task = ranked.candidate.task
    take = foreseen.take
    return {
        'business_id': ranked.candidate.protection.business_id,
        'project_id': task.project_id,
        'protection_id': task.protection_id,
        'task_id': task.id if preview.waiting else None,
        'scheduled_at': views.time(task.scheduled_at),
        'begins_at': views.time(preview.begins_at),
        'weight': ranked.weight,
        'breakdown': views.breakdown(ranked.parts),
        'measures': _measures(ranked.measures, preview.source, now),
        'take': None if take is None else [_volume(each) for each in take],
        'prune': [
            {'recovery_point_id': each.point_id, 'reason': each.reason}
            for each in foreseen.prune
        ],
        'hindrance': foreseen.hindrance,
        'quota': None if take is None else _quota(foreseen.limits),
        'recovery_room': None if take is None else _room(foreseen.needs),
        'unread': foreseen.unread,
    }


def _measures(
    measures: model.Measures, source: str, now: datetime.datetime
) -> list[call.Json]:
    return [
        {
            'metric': metric.name,
            'aggregation': metric.aggregation,
            'value': measure.value,
            'measured_at': views.time(measure.measured_at),
            'age': round((now - measure.measured_at).total_seconds()),
            'source': source,
        }
        for metric, measure in measures.items()
    ]


def _volume(taken: ledger.Taken) -> call.Json:
    return {
        'volume_id': taken.volume_id,
        'name': taken.name,
        'size': taken.size,
        'volume_type': taken.volume_type,
    }


def _quota(limits: collections.abc.Iterable[ledger.Limit]) -> list[call.Json]:
    """Write what Cinder's limits leave; those that there are not as null."""
    return [
        {
            'resource': each.what,
            'volume_type': each.volume_type,
            'before': each.before,
            'after': each.after,
        }
        for each in limits
    ]


def _room(needs: collections.abc.Sequence[ledger.Need]) -> call.Json:
    return {
        'enough': all(each.is_met for each in needs),
        'needs': [
            {
                'resource': each.what,
                'volume_type': each.volume_type,
                'needed': each.needed,
                'left': each.left,
            }
            for each in needs
        ],
    }
