"""How every command begins, and how it ends when it cannot.

What an operator can mend is said in one line, without a traceback: exit
code 2 for a configuration that cannot be, 1 for what did not work.
"""

import collections.abc
import importlib.metadata
import logging
import sys
import typing

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_db import options
from oslo_log import log
from oslo_reports import opts as report_opts
import sqlalchemy.exc

from snapfault import errors
from snapfault import steady
from snapfault import tracing
import snapfault.conf

LOG = logging.getLogger(__name__)

#: What the operator's file or arguments are at fault for.
MISCONFIGURED = (
    cfg.Error,
    errors.InvalidInput,
    sqlalchemy.exc.ArgumentError,
    sqlalchemy.exc.NoSuchModuleError,
    ModuleNotFoundError,
)
#: What did not work, and may tomorrow.
BROKEN = (errors.SnapfaultError, db_exception.DBError, OSError)


_T = typing.TypeVar('_T')


def prepare() -> cfg.ConfigOpts:
    """Give a configuration that knows our options and has read none."""
    conf = cfg.ConfigOpts()
    log.register_options(conf)
    log.set_defaults(
        default_log_levels=[*log.get_default_log_levels(), 'alembic=WARN']
    )
    snapfault.conf.register_opts(conf)
    options.set_defaults(conf)
    report_opts.set_defaults(conf)
    return conf


def configure(
    arguments: collections.abc.Sequence[str],
    files: collections.abc.Sequence[str] | None = None,
    command: cfg.Opt | None = None,
) -> cfg.ConfigOpts:
    """Read the configuration and begin to log.

    :param files: None looks in the usual places, /etc/snapfault among them
    :param command: the words that the command line takes beside options
    :raises Error: of oslo.config: something in it cannot be
    """
    conf = prepare()
    if command is not None:
        conf.register_cli_opt(command)
    conf(
        list(arguments),
        project='snapfault',
        version=importlib.metadata.version('snapfault'),
        default_config_files=files,
    )
    log.setup(conf, 'snapfault')
    steady.wait_for_no_clock()
    tracing.set_up(conf)
    _check(conf)
    return conf


def _check(conf: cfg.ConfigOpts) -> None:
    """Read every option: that is when oslo.config looks at its value."""
    for value in conf.values():
        if isinstance(value, cfg.ConfigOpts.GroupAttr):
            dict(value)


def run(
    command: collections.abc.Callable[[collections.abc.Sequence[str]], int],
    arguments: collections.abc.Sequence[str] | None = None,
) -> int:
    """Run a command and give its exit code.

    :param arguments: None takes those of the process
    """
    try:
        return command(sys.argv[1:] if arguments is None else arguments)
    except MISCONFIGURED as error:
        return _end(error, 2)
    except BROKEN as error:
        return _end(error, 1)


def made(make: collections.abc.Callable[[], _T]) -> _T:
    """Make something, or end the process as :func:`run` would.

    :raises SystemExit: it cannot be made
    """
    found: list[_T] = []

    def command(arguments: collections.abc.Sequence[str]) -> int:
        found.append(make())
        return 0

    code = run(command, ())
    if code:
        raise SystemExit(code)
    return found[0]


def _end(error: Exception, code: int) -> int:
    """Say in one line why the process ends."""
    text = ' '.join(str(error).split()) or type(error).__name__
    text = text.partition(' (Background on this error')[0]  # SQLAlchemy's
    sys.stderr.write(f'snapfault: {text}\n')
    LOG.debug('The process ends', exc_info=error)
    return code
