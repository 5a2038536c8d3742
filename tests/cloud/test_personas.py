"""Who may what, with tokens of the real Keystone and its own middleware."""

import re
import uuid

from keystoneauth1 import identity
from keystoneauth1 import session as keystone
import pytest

from snapfault.api import routes
from tests.functional.api import persona_table
from tests.minicloud import layout

#: What Keystone's bootstrap has made, or the minicloud.
ROLES = ('service', 'reader', 'member', 'manager', 'admin')
ENDPOINT = {'service_type': 'fault-tolerance'}


def _log_in(cloud, user, project_id):
    return keystone.Session(
        identity.V3Password(
            auth_url=cloud.auth_url,
            username=user.name,
            password=layout.PASSWORD,
            user_domain_id='default',
            project_id=project_id,
        )
    )


@pytest.fixture(scope='module')
def personas(state, admin, alpha):
    """Give a session of each persona in alpha's project."""
    cloud, accounts = layout.load(state), admin.identity
    stranger = accounts.create_role(name=f'stranger-{uuid.uuid4().hex[:8]}')
    found = {'none': keystone.Session()}
    made = []
    for name in ('stranger', *ROLES):
        user = accounts.create_user(
            name=f'{name}-{uuid.uuid4().hex[:8]}',
            password=layout.PASSWORD,
            domain_id='default',
        )
        made.append(user)
        role = stranger if name == 'stranger' else accounts.find_role(name)
        accounts.assign_project_role_to_user(alpha.project_id, user, role)
        found[name] = _log_in(cloud, user, alpha.project_id)
    found['unscoped'] = _log_in(cloud, made[-1], None)
    yield found
    for user in made:
        accounts.delete_user(user)
    accounts.delete_role(stranger)


@pytest.fixture(scope='module')
def endpoint(alpha):
    """Give where the service is: who has no project has no catalogue."""
    return alpha.cloud.session.get_endpoint(service_type='fault-tolerance')


def _ask(session, endpoint, method, path, **more):
    return session.request(
        f'{endpoint}{path}', method, raise_exc=False, **more
    )


def _row(route):
    """Give the line of the table about a route's own thing."""
    pattern = re.sub('{.*?}', '[^/]+', route.path)
    return next(
        row
        for row in persona_table.ROWS
        if row.route[0] == route.method and re.fullmatch(pattern, row.route[1])
    )


def test_each_route_lets_in_whom_the_table_says(personas, endpoint):
    """What is let in finds nothing of that id, and so changes nothing."""
    assert set(personas) == set(persona_table.PERSONAS)
    wrong = []
    for route in routes.ROUTES:
        path = re.sub('{.*?}', 'nothing', route.path)
        for persona, session in personas.items():
            answer = _ask(
                session,
                endpoint,
                route.method,
                path,
                authenticated=persona != 'none',
            )
            expected = _row(route).answer(persona)
            got = answer.status_code
            is_right = got == expected if expected > 400 else got < 401
            if not is_right and not (expected < 400 and got == 404):
                wrong.append((route.method, route.path, persona, got))
    assert wrong == []


def test_what_another_project_has_is_not_found(alpha, beta, endpoint):
    """To the letter as what nobody has; nor is it listed."""
    theirs = beta.policy(name='of-beta')['id']
    nobodys = str(uuid.uuid4())
    told = [
        re.sub(
            f'req-[0-9a-f-]+|{each}',
            '',
            _ask(
                alpha.cloud.session,
                endpoint,
                method,
                f'/v1/policies/{each}',
                json={'policy': {'rpo': 60}} if method == 'PATCH' else None,
            ).text,
        )
        for method in ('GET', 'PATCH', 'DELETE')
        for each in (theirs, nobodys)
    ]
    assert told[0::2] == told[1::2]
    assert all('there is no policy' in each for each in told)
    listed = _ask(alpha.cloud.session, endpoint, 'GET', '/v1/policies')
    assert theirs not in listed.text


def test_a_pinned_point_is_a_managers_to_let_go(personas, alpha, until):
    business = alpha.business(volumes=1)
    business.run()
    (point,) = until(lambda: business.points('good'))
    path = f'/v1/recovery-points/{point["id"]}'

    def pin(persona, pinned):
        return (
            personas[persona]
            .request(
                path,
                'PATCH',
                endpoint_filter=ENDPOINT,
                json={'recovery_point': {'pinned': pinned}},
                raise_exc=False,
            )
            .status_code
        )

    assert pin('reader', True) == 403
    assert pin('member', True) == 200
    assert pin('member', False) == 403
    assert pin('manager', False) == 200
