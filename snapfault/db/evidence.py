"""Evidence: what is said of a service, kept until it means nothing more."""

import collections.abc
import dataclasses
import datetime
import uuid

import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import tables

#: What somebody outside says: a reason to look at once.
HINTS = (model.Source.WEBHOOK, model.Source.NOTIFICATION)


@dataclasses.dataclass(frozen=True)
class Said:
    """One thing, said now."""

    source: model.Source
    finding: str  #: a short word
    detail: str  #: one sentence
    lasts: datetime.timedelta  #: how long it means something, if said no more
    #: Said again sooner than this it is not counted: two workers that look
    #: at the same moment see the same once.
    apart: datetime.timedelta = datetime.timedelta(0)


def say(
    database: api.Database,
    protection: model.Protection,
    said: Said,
    now: datetime.datetime,
) -> None:
    """Note what is said: for the first time, once more, or anew.

    Anew is what had expired before.
    """
    try:
        _say(database, protection, said, now)
    except errors.Conflict:  # somebody said so for the first time just now
        _say(database, protection, said, now)


@api.writer
def _say(
    session: orm.Session,
    protection: model.Protection,
    said: Said,
    now: datetime.datetime,
) -> None:
    table = tables.Evidence
    same = sa.and_(
        table.protection_id == protection.id,
        table.source == said.source,
        table.finding == said.finding,
    )
    latest = {
        'detail': said.detail,
        'last_at': now,
        'expires_at': now + said.lasts,
    }
    again = sa.update(table).where(same, table.expires_at > now)
    anew = sa.update(table).where(same, table.expires_at <= now)
    if base.swapped(
        session,
        again.where(table.last_at <= now - said.apart).values(
            count=table.count + 1, **latest
        ),
    ) or base.swapped(session, anew.values(count=1, first_at=now, **latest)):
        return
    last_at = session.scalar(sa.select(table.last_at).where(same))
    if last_at is None:
        first = _first(protection, said, now)
        session.add(table(**base.values(first, model.Evidence)))
        base.flush(session, 'it is said already')
    elif last_at <= now - said.apart:  # since the updates looked
        raise errors.Conflict('it was said for the first time just now')


def _first(
    protection: model.Protection, said: Said, now: datetime.datetime
) -> model.Evidence:
    return model.Evidence(
        id=str(uuid.uuid4()),
        project_id=protection.project_id,
        protection_id=protection.id,
        source=said.source,
        finding=said.finding,
        detail=said.detail,
        first_at=now,
        last_at=now,
        count=1,
        expires_at=now + said.lasts,
    )


@api.writer
def withdraw(
    session: orm.Session,
    protection_ids: collections.abc.Collection[str],
    source: model.Source,
    finding: str | None = None,
) -> None:
    """Forget what a source has said, for it says so no more.

    :param finding: None: all that it has said
    """
    for ids in base.chunks(protection_ids):
        session.execute(
            sa.delete(tables.Evidence).where(
                tables.Evidence.protection_id.in_(ids),
                tables.Evidence.source == source,
                *base.equal(tables.Evidence, finding=finding),
            )
        )


@api.reader
def current(
    session: orm.Session,
    protection_ids: collections.abc.Collection[str],
    now: datetime.datetime,
) -> dict[str, list[model.Evidence]]:
    """Give what still means something, by protection, the oldest first.

    A protection that nothing is said of is left out.
    """
    found: dict[str, list[model.Evidence]] = {}
    for ids in base.chunks(protection_ids):
        rows = session.scalars(
            sa.select(tables.Evidence)
            .where(
                tables.Evidence.protection_id.in_(ids),
                tables.Evidence.expires_at > now,
            )
            .order_by(tables.Evidence.first_at, tables.Evidence.id)
        )
        for each in base.read_all(rows):
            found.setdefault(each.protection_id, []).append(each)
    return found


@api.reader
def hinted(
    session: orm.Session, since: datetime.datetime, now: datetime.datetime
) -> list[str]:
    """List the projects that somebody outside spoke of since then."""
    return list(
        session.scalars(
            sa.select(tables.Evidence.project_id)
            .where(
                tables.Evidence.source.in_(HINTS),
                tables.Evidence.last_at >= since,
                tables.Evidence.expires_at > now,
            )
            .distinct()
            .order_by(tables.Evidence.project_id)
        )
    )


@api.reader
def spoken_of(session: orm.Session, now: datetime.datetime) -> list[str]:
    """List the projects that anything is said of now."""
    return list(
        session.scalars(
            sa.select(tables.Evidence.project_id)
            .where(tables.Evidence.expires_at > now)
            .distinct()
            .order_by(tables.Evidence.project_id)
        )
    )


@api.writer
def purge(session: orm.Session, now: datetime.datetime) -> None:
    """Remove what means nothing any more."""
    session.execute(
        sa.delete(tables.Evidence).where(tables.Evidence.expires_at <= now)
    )
