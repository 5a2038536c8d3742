"""What stands behind the API, as its handlers are handed it."""

import collections.abc
import dataclasses
import datetime

from snapfault import model
from snapfault import vault
from snapfault.api import health
from snapfault.cloud import port
from snapfault.db import api
from snapfault.outlook import foresight
from snapfault.outlook import preview
from snapfault.outlook import readiness


@dataclasses.dataclass(frozen=True)
class Backend:
    """The rooms behind the API, as values and callables.

    The API itself never talks to the cloud: what it needs of it comes in
    here, and so do the fakes of its tests.
    """

    database: api.Database
    enroller: port.Enroller
    revoke: collections.abc.Callable[[model.Delegation], None]
    vault: vault.Vault  #: keeps the secrets that rights need
    #: Says what would run next in a project; None: in all of them.
    preview: collections.abc.Callable[
        [str | None, datetime.datetime],
        collections.abc.Sequence[preview.Preview],
    ]
    #: Says what a recovery, as it would be made, would do.
    foresee: collections.abc.Callable[
        [model.Protection, model.Recovery], foresight.Foresight
    ]
    #: Judges whether services could be recovered, should they fail now.
    readiness: collections.abc.Callable[
        [collections.abc.Sequence[model.Protection], datetime.datetime],
        collections.abc.Sequence[readiness.Readiness],
    ]
    #: Tells the workers to look at once; never raises, may do nothing.
    wake: collections.abc.Callable[[], None]
    weighers: frozenset[str]  #: the names a policy may give multipliers to
    #: Gives what a project may have of what is ours.
    limits: collections.abc.Callable[[str], model.Limits] = lambda _: (
        model.UNLIMITED
    )
    #: Looks at what the service depends on, by name.
    probes: collections.abc.Mapping[str, health.Probe] = dataclasses.field(
        default_factory=dict
    )
