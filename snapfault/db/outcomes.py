"""What the recoveries that are done have left of each service."""

import collections.abc
import logging
import typing

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables

LOG = logging.getLogger(__name__)

Outcomes = tuple[model.Outcome, ...]


@api.reader
def of_services(
    session: orm.Session, keys: collections.abc.Collection[base.Service]
) -> dict[base.Service, Outcomes]:
    """Give undos and what put a point's data into service, newest first.

    In one statement for 500 services: their journals are not read.
    """
    found: dict[base.Service, Outcomes] = dict.fromkeys(keys, ())
    for services in base.of_services(tables.Recovery, keys):
        for row in session.execute(_query(services)):
            try:
                outcome = _outcome(row)
            except ValueError as error:
                LOG.error('Recovery %s: %s', row.recovery_id, error)
                continue
            found[row.project_id, row.business_id] += (outcome,)
    return found


def has_restored(table: type[tables.Recovery]) -> sa.ColumnElement[bool]:
    """Match a recovery's attempts that put a point's data into service."""
    attempt = tables.Attempt
    return sa.and_(
        attempt.recovery_id == table.id,
        attempt.status == model.AttemptStatus.DONE,
        attempt.way.in_(sorted(model.RESTORING)),
    )


def _query(services: sa.ColumnElement[bool]) -> sa.Executable:
    table, attempt = tables.Recovery, tables.Attempt
    return (
        sa.select(
            table.id.label('recovery_id'),
            *(table.project_id, table.business_id),
            *(table.kind, table.origin_id),
            *(table.onset_at, table.before_at, table.finished_at),
            attempt.point_id,
        )
        .outerjoin(attempt, has_restored(table))
        .where(
            services,
            table.status == model.RecoveryStatus.DONE,
            table.finished_at.is_not(None),
            sa.or_(
                table.kind == model.RecoveryKind.UNDO,
                attempt.point_id.is_not(None),
            ),
        )
        .order_by(table.created_at.desc(), table.id)
    )


def _outcome(row: typing.Any) -> model.Outcome:
    return model.Outcome(
        **base.values(row, model.Outcome)
        | {'kind': model.RecoveryKind(row.kind)}
    )
