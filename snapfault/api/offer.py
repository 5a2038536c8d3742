"""By what right a caller wants the service to act for what they protect."""

import typing

from snapfault import errors
from snapfault import model
from snapfault.api import call
from snapfault.api import faults
from snapfault.policies import protection

#: The members that each kind takes beside its name.
_MEMBERS: typing.Final[dict[model.DelegationKind, frozenset[str]]] = {
    model.DelegationKind.TRUST: frozenset(),
    model.DelegationKind.ASSIGNMENT: frozenset({'project_id'}),
    model.DelegationKind.APPLICATION_CREDENTIAL: frozenset({'id', 'secret'}),
}


def read(this: call.Call) -> model.Offer:
    """Read a protection's ``delegation``; without one a trust is made.

    :raises InvalidInput: what is given does not belong to its kind, or the
        service can keep no secret
    :raises Refusal: the rules do not allow the kind to the caller
    """
    wanted = this.body['protection'].get('delegation', {'kind': 'trust'})
    kind = model.DelegationKind(wanted['kind'])
    strange = sorted(wanted.keys() - {'kind'} - _MEMBERS[kind])
    if strange:
        raise errors.InvalidInput(
            f'delegation.{strange[0]}: one of the kind {kind} has none'
        )
    if kind is model.DelegationKind.ASSIGNMENT:
        this.allow(protection.CREATE_BY_ASSIGNMENT)
    if kind is not model.DelegationKind.APPLICATION_CREDENTIAL:
        return model.Offer(kind)
    missing = sorted(_MEMBERS[kind] - wanted.keys())
    if missing:
        raise errors.InvalidInput(
            f'delegation.{missing[0]}: one of the kind {kind} needs it'
        )
    this.backend.vault.check()
    return model.Offer(kind, model.Credential(wanted['id'], wanted['secret']))


def by_trust(this: call.Call) -> model.Delegation:
    """Make the trust that a selector, or what an import brings, acts by.

    :raises CloudRefused: the caller can make none; names what there is for
        single servers
    """
    try:
        return this.backend.enroller.delegate(this.caller, this.project_id)
    except errors.CloudRefused as error:
        raise errors.CloudRefused(
            f'{error}; a selector and an import act by a trust alone: let'
            ' somebody ask who can make one, or protect each server by'
            ' `openstack protection create BUSINESS_ID --server SERVER'
            ' --policy POLICY --delegation application-credential'
            ' --application-credential CREDENTIAL`'
        ) from error


def for_admins(this: call.Call, server_id: str) -> str:
    """Say how a server of another project is protected, to who may do so."""
    try:
        this.allow(protection.CREATE_BY_ASSIGNMENT)
    except faults.Refusal:
        return ''
    return (
        '; an import is of the project of its token, but one of another'
        ' project you may protect by `openstack protection create BUSINESS_ID'
        f' --server {server_id} --policy POLICY --delegation assignment'
        ' --delegation-project PROJECT`'
    )


def project_id(this: call.Call) -> str:
    """Give the project whose server is protected: nearly always the token's.

    Who may enrol by an assignment may do so for another one; :func:`read`
    has seen to it that nobody else names one.
    """
    wanted = this.body['protection'].get('delegation', {})
    return str(wanted.get('project_id', this.project_id))
