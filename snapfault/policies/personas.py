"""Who may: the personas every OpenStack service knows, within a project.

Keystone puts implied roles into a token (an admin's holds manager, member
and reader), so each persona names one role only. A manager may, beyond a
member, what cannot be taken back. The role ``service`` alone may nothing: no
other service has to ask this one for anything.
"""

READER = 'role:reader and project_id:%(project_id)s'
MEMBER = 'role:member and project_id:%(project_id)s'
MANAGER = 'role:manager and project_id:%(project_id)s'
ADMIN = 'role:admin'

READ = f'({READER}) or {ADMIN}'
CHANGE = f'({MEMBER}) or {ADMIN}'
MANAGE = f'({MANAGER}) or {ADMIN}'

#: Every token is one of a project: what the service keeps belongs to one.
SCOPES = ['project']
