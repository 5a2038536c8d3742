"""From a document of the record table to rows, and back."""

import collections.abc
import dataclasses
import typing
import uuid

from snapfault import difference
from snapfault import document
from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import policy_rules
from snapfault.db import record_table

VERSION: typing.Final = 1


@dataclasses.dataclass(frozen=True)
class Plan:
    """An import that was read and compared, before anything is done."""

    was: record_table.Rows
    wanted: difference.Table
    changes: list[difference.Change]
    #: All that will stand, by name, and by id what others share; what is
    #: new has a right only later.
    policies: collections.abc.Mapping[str, model.Policy]

    def names(
        self, action: difference.Action, kind: difference.Kind
    ) -> list[str]:
        """Name what something becomes of."""
        return [
            each.name
            for each in self.changes
            if each.action is action and each.kind is kind
        ]

    def new_servers(self) -> dict[str, str]:
        """Give the servers to protect, by business id."""
        names = self.names(
            difference.Action.CREATE, difference.Kind.PROTECTION
        )
        return {
            name: self.wanted.protections[name]['server_id'] for name in names
        }

    def path_of(self, business_id: str) -> str:
        """Say where in the document a protection stands."""
        position = list(self.wanted.protections).index(business_id)
        return f'{difference.ROOT}.protections[{position}]'


def export(rows: record_table.Rows) -> call.Json:
    """Write what people set: defaults, and what selectors do, are left out."""
    return {
        'version': VERSION,
        'policies': [
            {'name': each.name}
            | ({'description': each.description} if each.description else {})
            | document.brief(each)
            for _, each in sorted(rows.policies.items())
        ],
        'protections': [
            {
                'business_id': each.business_id,
                'server_id': each.server_id,
                'policy': rows.refer_to(each.policy_id),
            }
            | ({'paused': True} if is_paused(each) else {})
            for _, each in sorted(rows.protections.items())
            if not each.selected
        ],
    }


def make_plan(this: call.Call, rows: record_table.Rows, prune: bool) -> Plan:
    """Read the document of a request, and compare it with what stands.

    :raises InvalidInput: names the member, and what to do
    """
    body = this.body['record_table']
    documents = difference.by_name(
        body.get('policies', ()), 'name', 'policies'
    )
    policies = {
        name: _policy(this, rows, name, position, each)
        for position, (name, each) in enumerate(documents.items())
    }
    wanted = difference.Table(
        {name: _document(each) for name, each in policies.items()},
        {
            name: {'paused': False, **each}
            for name, each in difference.by_name(
                body.get('protections', ()), 'business_id', 'protections'
            ).items()
        },
    )
    changes = difference.decide(_standing(rows), wanted, prune)
    kept = {} if prune else dict(rows.policies)
    known = {**rows.published, **kept, **policies}
    return Plan(rows, wanted, changes, known)


def _policy(
    this: call.Call,
    rows: record_table.Rows,
    name: str,
    position: int,
    written: difference.Document,
) -> model.Policy:
    """Read one policy; it keeps the identity of the one of its name."""
    try:
        rules = policy_rules.read(this, written)
        before = rows.policies.get(name)
        policy = model.Policy(
            id=before.id if before else str(uuid.uuid4()),
            project_id=this.project_id,
            name=name,
            description=written.get('description', ''),
            shared_with=before.shared_with if before else (),
            trust_id=before.trust_id if before else None,
            created_at=before.created_at if before else this.now,
            updated_at=this.now,
            **rules,
        )
        policy_rules.check(policy)
        policy_rules.check_sharing(policy)
    except errors.InvalidInput as error:
        told = str(error).removeprefix('policy.')
        raise errors.InvalidInput(
            f'{difference.ROOT}.policies[{position}]: {told}'
        ) from error
    return policy


def _standing(rows: record_table.Rows) -> difference.Table:
    return difference.Table(
        {name: _document(each) for name, each in rows.policies.items()},
        {
            name: {
                'server_id': each.server_id,
                'policy': rows.refer_to(each.policy_id),
                'paused': is_paused(each),
            }
            for name, each in rows.protections.items()
        },
        frozenset(k for k, each in rows.protections.items() if each.selected),
        frozenset(rows.published),
    )


def _document(policy: model.Policy) -> difference.Document:
    return {'description': policy.description, **document.write(policy)}


def is_paused(protection: model.Protection) -> bool:
    """Whether a person paused a protection."""
    return protection.status is model.ProtectionStatus.PAUSED
