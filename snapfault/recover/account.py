"""Say what stands where after a recovery that did not succeed. Pure."""

import collections.abc

from snapfault import model
from snapfault import resource
from snapfault.recover import put_back


def account(
    recovery: model.Recovery,
    standing: put_back.Standing,
    kept: collections.abc.Collection[model.Kept],
) -> str:
    """Say what is attached, what is kept, and what to run."""
    held = [each for each in kept if each.status is model.KeptStatus.KEPT]
    return '; '.join(
        (
            *_server(standing),
            *_kept(recovery, held, standing),
            _way_on(recovery, kept),
        )
    )


def _server(
    standing: put_back.Standing,
) -> collections.abc.Iterator[str]:
    server = standing.server
    if server is None:
        yield 'the server does not exist any more'
        return
    attached = ', '.join(
        f'volume {each.volume_id} at {each.device}'
        for each in standing.attachments
    )
    yield (
        f'server {server.id} is {server.status} with {attached or "no volume"}'
    )
    if standing.host_status not in (None, '', 'UP'):
        yield f'its compute service is {standing.host_status}'
    for place in standing.attachments:
        volume = standing.volumes.get(place.volume_id)
        if volume is not None and volume.status != 'in-use':
            yield (
                f'volume {volume.id} is {volume.status}: an admin can run'
                f' openstack volume set --state in-use --attached {volume.id}'
            )


def _kept(
    recovery: model.Recovery,
    held: collections.abc.Iterable[model.Kept],
    standing: put_back.Standing,
) -> collections.abc.Iterator[str]:
    attached = {each.volume_id for each in standing.attachments}
    for each in held:
        if each.resource_id in attached:
            continue
        what = each.kind.value
        volume = standing.volumes.get(each.resource_id)
        if volume and volume.metadata.get(resource.RECOVERY) == recovery.id:
            what = 'restored volume'
        where = f' from {each.device}' if each.device else ''
        yield (
            f'{what} {each.resource_id}{where} is kept until'
            f' {each.keep_until.isoformat(timespec="seconds")} at least'
        )


def _way_on(
    recovery: model.Recovery, kept: collections.abc.Collection[model.Kept]
) -> str:
    text = f'to go on from there: openstack recovery retry {recovery.id}'
    if recovery.kind is not model.RecoveryKind.RESTORE:
        return text
    if put_back.is_back(kept):
        return f'{text}; there is nothing to undo'
    if not put_back.undo_refusal(recovery, kept):
        text += (
            '; to put the volumes from before it back: openstack recovery'
            f' undo {recovery.id}'
        )
    return text
