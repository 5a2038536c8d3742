"""Stands in for keystonemiddleware: a token says who its bearer is.

``member@mine`` is a member of the project ``mine``; Keystone's implied
roles are in the headers, as auth_token puts them there. No token is a 401.
"""

import webob.dec
import webob.exc

IMPLIED = {
    'reader': ['reader'],
    'member': ['member', 'reader'],
    'manager': ['manager', 'member', 'reader'],
    'admin': ['admin', 'manager', 'member', 'reader'],
}

#: A token that Keystone would not know.
UNKNOWN = 'unknown'


def authenticate(application, conf):
    """Wrap an application as ``app.keystone`` does."""

    @webob.dec.wsgify
    def let_in(request):
        token = request.headers.get('X-Auth-Token')
        for name in list(request.headers):
            if name.startswith(('X-Project', 'X-User', 'X-Role')):
                del request.headers[name]
        if not token or token == UNKNOWN:
            raise webob.exc.HTTPUnauthorized(
                headers={'WWW-Authenticate': 'Keystone uri="http://k"'}
            )
        role, _, project = token.partition('@')
        request.headers['X-Identity-Status'] = 'Confirmed'
        request.headers['X-User-Id'] = f'user-{role}'
        request.headers['X-Roles'] = ','.join(IMPLIED.get(role, [role]))
        if project:
            request.headers['X-Project-Id'] = project
        request.environ['keystone.token_auth'] = f'plugin of {token}'
        return request.get_response(application)

    return let_in
