"""A project's policies and protections, read and written at once."""

import collections.abc
import dataclasses
import typing

from oslo_db import exception
import sqlalchemy as sa
from sqlalchemy import orm

from snapfault import errors
from snapfault import model
from snapfault.db import api
from snapfault.db import base
from snapfault.db import limits as bounds
from snapfault.db import policies
from snapfault.db import removal
from snapfault.db import shares
from snapfault.db import tables
from snapfault.db import task_holds

#: What may change beside an import without being in its way.
_PASSING: typing.Final[dict[str, typing.Any]] = {
    'alarm': '',
    'alarm_at': None,
    'updated_at': None,
}
_MOVING: typing.Final[dict[str, typing.Any]] = {
    'next_run_at': None,
    'next_drill_at': None,
}


@dataclasses.dataclass(frozen=True)
class Rows:
    """What stands in one project."""

    policies: collections.abc.Mapping[str, model.Policy]  #: by name
    protections: collections.abc.Mapping[str, model.Protection]
    #: by business id
    #: What other projects share with it, by id: two may have one name.
    published: collections.abc.Mapping[str, model.Policy] = dataclasses.field(
        default_factory=dict
    )

    def refer_to(self, policy_id: str) -> str:
        """Give what a document calls a policy: its name, or another's id.

        Empty where neither is known: its row is broken.
        """
        if policy_id in self.published:
            return policy_id
        names = (k for k, v in self.policies.items() if v.id == policy_id)
        return next(names, '')


@dataclasses.dataclass(frozen=True)
class Writes:
    """What is to become of them, all of it or nothing."""

    policies: tuple[model.Policy, ...] = ()  #: new, or in place of the old
    protections: tuple[model.Protection, ...] = ()  #: likewise
    gone_policies: tuple[str, ...] = ()  #: ids
    gone_protections: tuple[str, ...] = ()  #: ids


@api.reader
def read(session: orm.Session, project_id: str) -> Rows:
    """Read all of a project; what is broken is logged and left out."""
    return _read(session, project_id)


def _read(session: orm.Session, project_id: str) -> Rows:
    found = [
        base.read_all(
            session.scalars(
                sa.select(table).where(table.project_id == project_id)
            )
        )
        for table in (tables.Policy, tables.Protection)
    ]
    published = session.scalars(
        sa.select(tables.Policy).where(
            tables.Policy.project_id != project_id, *shares.visible(project_id)
        )
    )
    return Rows(
        {each.name: each for each in found[0]},
        {each.business_id: each for each in found[1]},
        {each.id: each for each in base.read_all(published)},
    )


@api.writer
def write(
    session: orm.Session,
    project_id: str,
    was: Rows,
    writes: Writes,
    limits: model.Limits = model.UNLIMITED,
) -> None:
    """Make all the changes, if all stands as it was read.

    :param was: what the changes were made from
    :raises Conflict: it does not, or what is to go is at work, or what is to
        be otherwise ends
    :raises QuotaExceeded: it would be more than the project may have
    """
    bounds.admit(session, project_id, limits, _more(was, writes))
    used = was.published.keys() & {e.policy_id for e in writes.protections}
    _hold(session, project_id)
    for policy_id in sorted(used):
        shares.hold(session, project_id, policy_id)
    if _essence(_read(session, project_id), used) != _essence(was, used):
        raise errors.Conflict(
            'the record table, or a policy of another project that it uses,'
            ' was changed meanwhile, by a person or another import: look at'
            ' the difference again, then import again'
        )
    for protection_id in writes.gone_protections:
        row = session.get_one(tables.Protection, protection_id)
        removal.remove(session, row)
    for policy in writes.policies:
        policies.put(session, policy)
    known = {each.id for each in was.policies.values()}
    _count(session, known.intersection(p.id for p in writes.policies))
    base.flush(session, 'a policy of that name is there already')
    for each in writes.protections:
        removal.check_stays(each.business_id, each.ending_at)
    _put_protections(session, was, writes.protections)
    _call_back(session, was, writes)
    _remove_policies(session, writes.gone_policies)


def _more(
    was: Rows, writes: Writes
) -> collections.abc.Mapping[model.Limited, int]:
    """Count what there would be more of; less than none: fewer."""
    return {
        what: len({each.id for each in wanted} - {each.id for each in stood})
        - len(gone)
        for what, wanted, stood, gone in (
            (
                model.Limited.POLICIES,
                writes.policies,
                was.policies.values(),
                writes.gone_policies,
            ),
            (
                model.Limited.PROTECTIONS,
                writes.protections,
                was.protections.values(),
                writes.gone_protections,
            ),
        )
    }


def _hold(session: orm.Session, project_id: str) -> None:
    """Let no other import, and no change of a row, between read and write.

    New rows are kept off by their unique names. SQLite has one writer.
    """
    for table in (tables.Policy, tables.Protection):
        session.execute(
            sa.select(table.id)
            .where(table.project_id == project_id)
            .order_by(table.id)
            .with_for_update()
        ).all()


def _essence(rows: Rows, used: collections.abc.Set[str]) -> tuple[object, ...]:
    """Give what an import is made from, without what moves by itself.

    :param used: which of the published policies it puts something under
    """
    return (
        {
            policy_id: dataclasses.replace(each, **_PASSING)
            for policy_id, each in rows.published.items()
            if policy_id in used
        },
        {
            name: dataclasses.replace(each, **_PASSING)
            for name, each in rows.policies.items()
        },
        {
            name: dataclasses.replace(each, **_PASSING, **_MOVING)
            for name, each in rows.protections.items()
        },
    )


def _put_protections(
    session: orm.Session,
    was: Rows,
    wanted: collections.abc.Iterable[model.Protection],
) -> None:
    """Add what is new, and write what differs from what was read."""
    before = {each.id: each for each in was.protections.values()}
    for each in wanted:
        values = base.values(each, model.Protection)
        if each.id not in before:
            session.add(tables.Protection(**values))
            continue
        old = base.values(before[each.id], model.Protection)
        session.execute(
            sa.update(tables.Protection)
            .where(tables.Protection.id == each.id)
            .values(
                **{k: v for k, v in values.items() if v != old[k]},
                generation=tables.Protection.generation + 1,
            )
        )
    base.flush(session, 'a business id or a server is protected already')


def _count(
    session: orm.Session, policy_ids: collections.abc.Collection[str]
) -> None:
    """Count the change of policies that are held, and as they were read."""
    for ids in base.chunks(policy_ids):
        session.execute(
            sa.update(tables.Policy)
            .where(tables.Policy.id.in_(ids))
            .values(generation=tables.Policy.generation + 1)
        )


def _call_back(session: orm.Session, was: Rows, writes: Writes) -> None:
    """Look anew at the tasks that wait under what was changed."""
    table = tables.Protection
    for policy in writes.policies:
        task_holds.call_back(
            session, policy.updated_at, table.policy_id == policy.id
        )
    before = {each.id for each in was.protections.values()}
    active = {
        each.id: each.updated_at
        for each in writes.protections
        if each.id in before and each.status is model.ProtectionStatus.ACTIVE
    }
    for ids in base.chunks(active):
        task_holds.call_back(session, active[ids[0]], table.id.in_(ids))


def _remove_policies(
    session: orm.Session, policy_ids: collections.abc.Collection[str]
) -> None:
    for row in session.scalars(
        sa.select(tables.Policy).where(tables.Policy.id.in_(policy_ids))
    ):
        shares.check_unused(session, row)
    shares.remove(session, policy_ids)
    try:
        session.execute(
            sa.delete(tables.Policy).where(tables.Policy.id.in_(policy_ids))
        )
    except exception.DBReferenceError as error:
        raise errors.Conflict(
            'a policy that is to go came into use this very moment: import'
            ' again'
        ) from error
