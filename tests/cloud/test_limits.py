"""Limits that the real Keystone keeps, at the real doors."""

import pytest

from snapfault import model
from tests.cloud import tenant
from tests.minicloud import faults


def _refused(alpha):
    with pytest.raises(tenant.Refused) as caught:
        alpha.policy()
    return caught.value


def test_a_project_has_what_its_limit_says(alpha, beta, limits):
    alpha.policy()
    there = len(alpha.ask('GET', '/v1/policies')['policies'])
    what = model.Limited.POLICIES
    limits.create(alpha.project_id, {what: there})
    try:
        refused = _refused(alpha)
        assert refused.status == 403
        for word in (f'({what})', f'may have {there} ', f'has {there}'):
            assert word in refused.detail
        beta.policy()
        limits.change(what, there + 1)
        alpha.policy()
        assert _refused(alpha).status == 403
    finally:
        limits.forget()
    alpha.policy()


def test_nothing_is_added_while_keystone_does_not_tell(alpha, limits, state):
    """It still reads, with a token that it has seen before."""
    alpha.ask('GET', '/v1/policies')
    with faults.arm(state, 'api.keystone', path='limits', status=503):
        refused = _refused(alpha)
        assert refused.status == 503
        assert 'limits' in refused.detail
        alpha.ask('GET', '/v1/policies')
    alpha.policy()
