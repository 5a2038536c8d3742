"""Who else heals or replaces a server, as far as its marks tell. Pure.

Two who recover one server at once lose its data. What is sure is what the
other service itself writes or reads; the rest is how templates commonly
name and mark their servers. No mark proves that nobody else looks after it.
"""

import re

from snapfault import resource

#: Masakari recovers what carries it, whatever else it is told to look after.
MASAKARI = 'HA_Enabled'
_YES = frozenset({'true', '1', 'yes', 'on'})
#: Octavia names each of its servers so; it deletes and makes them at will.
_AMPHORA = re.compile(
    r'amphora-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z', re.IGNORECASE
)
#: Heat's autoscaling templates mark the servers of a group.
_STACK = ('metering.stack', 'metering.stack_id', 'metering.server_group')
#: Magnum's Heat templates name a node so: cluster, twelve letters, its role.
_NODE = re.compile(r'.+-[a-z0-9]{12}-(master|node)-\d+\Z')


def of_server(server: resource.Server) -> str:
    """Name who looks after a server and by what that shows; empty: nobody."""
    if server.metadata.get(MASAKARI, '').lower() in _YES:
        return f'Masakari (its metadata has {MASAKARI})'
    if _AMPHORA.match(server.name):
        return f'Octavia (it is named {server.name})'
    for key in _STACK:
        if key in server.metadata:
            return f'a Heat stack (its metadata has {key})'
    if _NODE.match(server.name):
        return f'Magnum, by the look of its name {server.name}'
    return ''
