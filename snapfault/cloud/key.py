"""Ask Barbican about the key of an encrypted volume."""

from snapfault import errors
from snapfault.cloud import door as doors
from snapfault.cloud import translate


@translate.sensible
def trouble(door: doors.Door, volume_id: str) -> str:
    """Say why a volume's key cannot be read; empty: it can.

    Only what Barbican tells of the key is read, never the key. Cinder names
    none where all volumes share one from its configuration. Where the
    catalogue has no Barbican, Nova and Cinder fetch keys with credentials of
    their own, and nothing of the project's can be wrong.
    """
    found = door.get('block_storage', 'volumes', volume_id)['volume']
    key_id = found.get('encryption_key_id')
    if not key_id or not door.offers('key_manager'):
        return ''
    try:
        status = door.get('key_manager', 'secrets', key_id)['status']
    except (errors.CloudRefused, errors.NotFound) as error:
        return f'the key of volume {volume_id} cannot be read: {error}'
    if status != 'ACTIVE':
        return f'the key of volume {volume_id} is {status}'
    return ''
