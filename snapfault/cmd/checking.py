"""What ``snapfault-status upgrade check`` looks at, beside the schema.

Each gives what is wrong, in a sentence, and None where nothing is.
"""

import collections.abc
import typing

from oslo_config import cfg
from oslo_db import exception
from oslo_policy import policy

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import vault
from snapfault.cmd import assemble
from snapfault.cmd import database
from snapfault.conf import opts
from snapfault.db import sealed
from snapfault.db import workers
from snapfault.policies import enforcer

#: Which options these groups have depends on what they say themselves.
PLUGINS: typing.Final = ('cloud', 'prometheus')


def unknown_rules(conf: cfg.ConfigOpts) -> str | None:
    """Name the rules of the operator's policy file that nobody asks for.

    :raises InvalidDefinitionError: the file is none
    """
    made = enforcer.make_enforcer(conf)
    made.load_rules()
    unknown = sorted(set(made.file_rules) - set(made.registered_rules))
    if not unknown:
        return None
    return f'the policy file has rules that do nothing: {", ".join(unknown)}'


def read_rules(conf: cfg.ConfigOpts) -> str | None:
    """Say why the operator's policy file cannot be read."""
    try:
        unknown_rules(conf)
    except (policy.InvalidDefinitionError, ValueError, OSError) as error:
        return f'the policy file cannot be read: {error}'
    return None


def options(conf: cfg.ConfigOpts) -> str | None:
    """Name what the files set in our groups that is unknown or outdated."""
    known = {
        group.name: {each.dest: each for each in found}
        for group, found in opts.list_opts()
        if group.name not in PLUGINS
    }
    told = []
    for path in conf.config_file or ():
        for group, names in _sections(path).items():
            told += [
                complaint
                for name in names
                if group in known
                and (complaint := _complaint(group, name, known[group]))
            ]
    return '; '.join(dict.fromkeys(told)) or None


def _sections(path: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    cfg.ConfigParser(path, found).parse()
    return found


def _complaint(
    group: str, name: str, known: collections.abc.Mapping[str, cfg.Opt]
) -> str | None:
    written = f'[{group}] {name}'
    option = known.get(name.replace('-', '_'))
    if option is not None:
        is_going = option.deprecated_for_removal
        return f'{written} will be removed' if is_going else None
    for each in known.values():
        if name in {old.name for old in each.deprecated_opts}:
            return f'{written} is called {each.dest} now'
    return f'there is no {written}'


def keystone(conf: cfg.ConfigOpts) -> str | None:
    """Say why Keystone gives us no token.

    :raises RequiredOptError: the configuration does not say who we are
    :raises InvalidInput: it does not say all of it
    """
    try:
        assemble.sessions(conf).own.check()
    except errors.SnapfaultError as error:
        if isinstance(error, errors.InvalidInput):
            raise
        return f'Keystone gives no token for the user of [cloud]: {error}'
    return None


def secrets(conf: cfg.ConfigOpts) -> str | None:
    """Name the rights whose secret no key opens.

    :raises InvalidInput: a key is none
    """
    try:
        opened = database.connect(conf)
        kept = assemble.keep(conf, opened)
        shut = [each for each in sealed.by_right(opened) if _shut(kept, each)]
    except errors.InvalidInput:
        raise
    except (exception.DBError, errors.SnapfaultError, cfg.Error):
        return None  # the check of the schema has said so
    if not shut:
        return None
    return (
        'no key of [delegation] encryption_keys opens the secret of'
        f' {", ".join(shut)}'
    )


def _shut(kept: vault.Vault, right_id: str) -> bool:
    try:
        kept.open(right_id)
    except errors.DelegationDead:
        return True
    return False


def silent_workers(conf: cfg.ConfigOpts) -> str | None:
    """Name workers that ended without saying so and hold something still."""
    try:
        opened = database.connect(conf)
        held, now = workers.holdings(opened), clock.now()
        down = [
            each
            for each in workers.all_of_them(opened)
            if each.status(now) is model.WorkerStatus.DOWN and each.id in held
        ]
    except (exception.DBError, errors.SnapfaultError, cfg.Error):
        return None  # the check of the schema has said so
    if not down:
        return None
    told = ', '.join(f'{each.host} ({each.pid})' for each in down)
    return f'workers that are down hold leases still: {told}'
