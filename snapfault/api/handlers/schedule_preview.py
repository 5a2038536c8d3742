"""Schedule previews: when runs of a policy would be, before there is one."""

from snapfault import document
from snapfault import rules
from snapfault.api import call
from snapfault.api import views
from snapfault.trigger import plan
from snapfault.trigger import upcoming


def create(this: call.Call) -> call.Answer:
    """Foresee the next runs; nothing is written."""
    body = this.body['schedule_preview']
    preset = rules.Rules(quota=rules.Quota(), **document.read(body))
    plan.check(preset)
    runs = upcoming.upcoming(preset, this.now, int(body.get('count', 10)))
    windows = dict(
        zip(preset.blackouts, document.write(preset)['blackouts'], strict=True)
    )
    return call.Answer(
        {
            'schedule_preview': {
                'runs': [views.upcoming(each, windows) for each in runs]
            }
        }
    )
