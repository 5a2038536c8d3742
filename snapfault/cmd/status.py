"""``snapfault-status``: whether an upgrade may begin."""

import collections.abc

from oslo_config import cfg
from oslo_db import exception
from oslo_upgradecheck import common_checks
from oslo_upgradecheck import upgradecheck

from snapfault import errors
from snapfault import rpc
from snapfault.cmd import checking
from snapfault.cmd import database
from snapfault.cmd import start
from snapfault.db import migration

FAILURE = upgradecheck.Code.FAILURE
WARNING = upgradecheck.Code.WARNING

Check = collections.abc.Callable[[cfg.ConfigOpts], str | None]


class Checks(upgradecheck.UpgradeCommands):
    """What must hold before the new release's services start.

    A failure keeps them from working; a warning is for a person to judge.
    """

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        """Check what a configuration names, once it is read."""
        self._conf = conf

    def _check_schema(self) -> upgradecheck.Result:
        """See that the tables are those of this release."""
        database.give_up_at_once(self._conf)
        try:
            version = migration.version(database.connect_any(self._conf))
        except (exception.DBError, cfg.Error) as error:
            return upgradecheck.Result(FAILURE, str(error))
        if migration.is_later(version):
            return upgradecheck.Result(WARNING, database.later(version))
        if version == migration.head():
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            FAILURE,
            f'The schema is at {version or "nothing"}, not at'
            f' {migration.head()}: run snapfault-manage db sync.',
        )

    def _check_policy_json(self) -> upgradecheck.Result:
        return common_checks.check_policy_json(self, self._conf)

    def _check_policy(self) -> upgradecheck.Result:
        unread = self._asked(checking.read_rules, FAILURE)
        if unread.code is FAILURE:
            return unread
        return self._asked(checking.unknown_rules, WARNING)

    def _check_options(self) -> upgradecheck.Result:
        return self._asked(checking.options, WARNING)

    def _check_keystone(self) -> upgradecheck.Result:
        return self._asked(checking.keystone, WARNING)

    def _check_broker(self) -> upgradecheck.Result:
        return self._asked(rpc.refusal, WARNING)

    def _check_secrets(self) -> upgradecheck.Result:
        return self._asked(checking.secrets, FAILURE)

    def _check_workers(self) -> upgradecheck.Result:
        return self._asked(checking.silent_workers, WARNING)

    def _asked(
        self, check: Check, code: upgradecheck.Code
    ) -> upgradecheck.Result:
        """Make a result of what a check says is wrong."""
        try:
            told = check(self._conf)
        except (cfg.Error, errors.InvalidInput) as error:
            return upgradecheck.Result(FAILURE, str(error))
        if told is None:
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(code, told)

    _upgrade_checks = (
        ('Schema of the database', _check_schema),
        ('Policy file is no JSON', _check_policy_json),
        ('Rules in the policy file', _check_policy),
        ('Options in the files', _check_options),
        ('Keystone', _check_keystone),
        ('Message broker', _check_broker),
        ('Encrypted secrets', _check_secrets),
        ('Workers', _check_workers),
    )


def main() -> int:
    """Run the upgrade checks; 1 is a warning, 2 means: do not upgrade yet."""
    return start.run(_check)


def _check(arguments: collections.abc.Sequence[str]) -> int:
    conf = start.prepare()
    code = upgradecheck.main(conf, 'snapfault', Checks(conf), list(arguments))
    return int(code)
