"""Put the rooms together for a process."""

import collections.abc
import contextlib
import typing

from keystoneauth1 import exceptions
from oslo_config import cfg

from snapfault import errors
from snapfault import rpc
from snapfault import seal
from snapfault import vault
from snapfault.api import app
from snapfault.api import backend
from snapfault.api import health
from snapfault.cloud import cloud as real
from snapfault.cloud import enrol
from snapfault.cloud import limits
from snapfault.cloud import session
from snapfault.cloud import source
from snapfault.db import api
from snapfault.db import migration
from snapfault.outlook import foresight
from snapfault.outlook import preview
from snapfault.outlook import readying
from snapfault.rank import load
from snapfault.rank import run as rank


def keep(conf: cfg.ConfigOpts, database: api.Database) -> vault.Vault:
    """Make what keeps secrets, by the keys in ``[delegation]``.

    :raises InvalidInput: one is no key
    """
    try:
        return vault.Vault(
            database, seal.Seal(conf.delegation.encryption_keys)
        )
    except ValueError as error:
        raise errors.InvalidInput(
            f'[delegation] encryption_keys: {error}'
        ) from error


def sessions(
    conf: cfg.ConfigOpts, database: api.Database | None = None
) -> session.Sessions:
    """Make the doors to the cloud that ``[cloud]`` describes.

    Nothing is asked yet: the cloud may be down, and come back.

    :param database: keeps application credentials; None: there are none
    :raises RequiredOptError: it does not say who we are there
    """
    if not conf.cloud.auth_type:
        raise cfg.RequiredOptError('auth_type', cfg.OptGroup('cloud'))
    with _naming('cloud'):
        if database is None:
            return session.Sessions(conf)
        return session.Sessions(conf, keep(conf, database).open)


def cloud(conf: cfg.ConfigOpts, doors: session.Sessions) -> real.Cloud:
    """Make the cloud behind the doors, with its source of load.

    :raises InvalidInput: there is no such source
    """
    tools = source.Tools(conf, doors)
    measured_by = source.load(conf.rank.source, tools)
    return real.Cloud(doors, measured_by, limits.Limits(conf))


def application(
    conf: cfg.ConfigOpts,
    database: api.Database,
    doors: session.Sessions,
    wake: collections.abc.Callable[[], None],
) -> typing.Any:
    """Make the WSGI application over the real rooms."""
    weighers = load.load()
    seen = cloud(conf, doors)
    ranker = rank.Ranker(seen.read_measures, weighers, rank.settings(conf))
    shown = preview.Settings(
        source=conf.rank.source, refusals=conf.snapshot.max_refused_removals
    )
    behind = backend.Backend(
        database=database,
        enroller=enrol.Enroller(doors, seen, conf.cloud.trust_roles),
        revoke=seen.revoke,
        vault=keep(conf, database),
        preview=lambda project_id, now: preview.preview(
            database, seen, ranker, project_id, now, shown
        ),
        foresee=lambda protection, recovery: foresight.foresee(
            database, seen, protection, recovery
        ),
        readiness=lambda listed, now: readying.judge(
            database, seen, listed, now
        ),
        wake=wake,
        weighers=frozenset(weighers),
        limits=seen.limits,
        probes=_probes(conf, database, doors),
    )
    with _naming('keystone_authtoken'):
        made = app.make_application(conf, behind)
    tokens = conf.keystone_authtoken
    if not (tokens.auth_type or tokens.auth_section):
        raise cfg.RequiredOptError(
            'auth_type', cfg.OptGroup('keystone_authtoken')
        )
    return made


def _probes(
    conf: cfg.ConfigOpts, database: api.Database, doors: session.Sessions
) -> dict[str, health.Probe]:
    """Look at what the service depends on; each raises what is wrong."""

    def broker() -> None:
        told = rpc.refusal(conf)
        if told is not None:
            raise errors.SnapfaultError(told)

    return {
        'database': lambda: migration.version(database),
        'broker': broker,
        'keystone': doors.own.check,
    }


@contextlib.contextmanager
def _naming(group: str) -> collections.abc.Iterator[None]:
    """Say in which group it is that keystoneauth misses something.

    :raises InvalidInput: it does
    """
    try:
        yield
    except exceptions.ClientException as error:
        raise errors.InvalidInput(f'[{group}]: {error}') from error
