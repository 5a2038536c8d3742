"""``snapfault-status``: whether an upgrade may begin."""

import collections.abc

from oslo_config import cfg
from oslo_db import exception
from oslo_upgradecheck import upgradecheck

from snapfault.cmd import database
from snapfault.cmd import start
from snapfault.db import migration


class Checks(upgradecheck.UpgradeCommands):
    """What must hold before the new release's services start."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        """Check what a configuration names, once it is read."""
        self._conf = conf

    def _check_schema(self) -> upgradecheck.Result:
        """See that the tables are those of this release."""
        database.give_up_at_once(self._conf)
        try:
            version = migration.version(database.connect_any(self._conf))
        except (exception.DBError, cfg.Error) as error:
            return upgradecheck.Result(upgradecheck.Code.FAILURE, str(error))
        if version == migration.head():
            return upgradecheck.Result(upgradecheck.Code.SUCCESS)
        return upgradecheck.Result(
            upgradecheck.Code.FAILURE,
            f'The schema is at {version or "nothing"}, not at'
            f' {migration.head()}: run snapfault-manage db sync.',
        )

    _upgrade_checks = (('Schema of the database', _check_schema),)


def main() -> int:
    """Run the upgrade checks; 2 means: do not upgrade yet."""
    return start.run(_check)


def _check(arguments: collections.abc.Sequence[str]) -> int:
    conf = start.prepare()
    code = upgradecheck.main(conf, 'snapfault', Checks(conf), list(arguments))
    return int(code)
