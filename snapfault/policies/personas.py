"""Who may: the personas every OpenStack service knows, within a project.

Keystone puts implied roles into a token (an admin's holds member and
reader), so each persona names one role only.
"""

READER = 'role:reader and project_id:%(project_id)s'
MEMBER = 'role:member and project_id:%(project_id)s'
ADMIN = 'role:admin'

READ = f'({READER}) or {ADMIN}'
CHANGE = f'({MEMBER}) or {ADMIN}'

#: Every token is one of a project: what the service keeps belongs to one.
SCOPES = ['project']
