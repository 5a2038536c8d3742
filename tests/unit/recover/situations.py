"""A sound situation for plans, changed as asked."""

from snapfault import resource
from snapfault import rules
from snapfault.recover import choose
from snapfault.recover import plan
from snapfault.recover import situation
from tests import build

POINT = build.point(20)


def sound(**changes):
    """Give that of a server in ERROR with two volumes and one point."""
    values = {
        'server': build.server(status='ERROR'),
        'attachments': (build.attachment(1), build.attachment(2)),
        'volumes': {
            'volume-1': build.volume(1),
            'volume-2': build.volume(2),
        },
        'snapshots': {
            'snapshot-1': build.snapshot(1, POINT),
            'snapshot-2': build.snapshot(2, POINT),
        },
        'images': {
            'image-1': resource.Image('image-1', 'cirros', 'active'),
        },
        'headroom': build.headroom(),
        'host_status': None,
        'reimages_roots': True,
        'image_id': 'image-1',
    }
    return situation.Situation(**values | changes)


def planned(points=(POINT,), recovery=None, policy=None, **changes):
    """Plan in it."""
    return plan.plan(
        recovery or build.recovery(),
        choose.History(points),
        sound(**changes),
        policy or rules.RecoveryRules(margin=0),
    )


def names(found):
    """Give the names of a plan's steps, phase by phase."""
    return [[each.name for each in phase] for phase in found.phases]
