"""Which status may follow which.

Only snapfault.db moves a status, by compare-and-swap, and only along these
tables; what has no way out is an end.
"""

import typing

from snapfault import model

TASK: typing.Final = {
    model.TaskStatus.WAITING: {
        model.TaskStatus.RUNNING,
        model.TaskStatus.FAILED,
        model.TaskStatus.MISSED,
    },
    model.TaskStatus.RUNNING: {
        model.TaskStatus.WAITING,
        model.TaskStatus.DONE,
        model.TaskStatus.FAILED,
    },
    model.TaskStatus.DONE: set(),
    model.TaskStatus.FAILED: set(),
    model.TaskStatus.MISSED: set(),
}

POINT: typing.Final = {
    model.PointStatus.CREATING: {
        model.PointStatus.GOOD,
        model.PointStatus.FAILED,
    },
    model.PointStatus.GOOD: {
        model.PointStatus.DELETING,
        model.PointStatus.LOST,
    },
    model.PointStatus.FAILED: {model.PointStatus.DELETED},
    model.PointStatus.DELETING: {model.PointStatus.DELETED},
    model.PointStatus.DELETED: set(),
    model.PointStatus.LOST: {model.PointStatus.DELETING},
}

RECOVERY: typing.Final = {
    model.RecoveryStatus.HELD: {
        model.RecoveryStatus.WAITING,
        model.RecoveryStatus.ABORTED,
    },
    model.RecoveryStatus.WAITING: {
        model.RecoveryStatus.HELD,
        model.RecoveryStatus.RUNNING,
        model.RecoveryStatus.REFUSED,
        model.RecoveryStatus.FAILED,
        model.RecoveryStatus.ABORTED,
    },
    model.RecoveryStatus.RUNNING: {
        model.RecoveryStatus.WAITING,
        model.RecoveryStatus.HELD,
        model.RecoveryStatus.DONE,
        model.RecoveryStatus.REFUSED,
        model.RecoveryStatus.FAILED,
        model.RecoveryStatus.ABORTED,
    },
    model.RecoveryStatus.DONE: set(),
    model.RecoveryStatus.REFUSED: set(),
    model.RecoveryStatus.FAILED: set(),
    model.RecoveryStatus.ABORTED: set(),
}

KEPT: typing.Final = {
    model.KeptStatus.KEPT: {
        model.KeptStatus.RETURNED,
        model.KeptStatus.REMOVING,
        model.KeptStatus.GONE,
    },
    model.KeptStatus.REMOVING: {
        model.KeptStatus.KEPT,
        model.KeptStatus.REMOVED,
    },
    model.KeptStatus.RETURNED: set(),
    model.KeptStatus.REMOVED: set(),
    model.KeptStatus.GONE: set(),
}

DRILL: typing.Final = {
    model.DrillStatus.WAITING: {
        model.DrillStatus.RUNNING,
        model.DrillStatus.REFUSED,
    },
    model.DrillStatus.RUNNING: {
        model.DrillStatus.DONE,
        model.DrillStatus.FAILED,
        model.DrillStatus.REFUSED,
    },
    model.DrillStatus.DONE: set(),
    model.DrillStatus.FAILED: set(),
    model.DrillStatus.REFUSED: set(),
}
