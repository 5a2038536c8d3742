"""Find the weighers that are installed, ours and other packages'."""

import logging
import typing

from stevedore import extension

from snapfault.rank import weigher

LOG = logging.getLogger(__name__)

NAMESPACE = 'snapfault.rank.weighers'


def load() -> dict[str, weigher.Weigher]:
    """Make one of each weigher, by the name of its entry point.

    One that cannot be imported or made, or is no weigher, is logged and
    left out: ranking goes on without it.
    """
    manager = extension.ExtensionManager(
        NAMESPACE, on_load_failure_callback=_log_failure
    )
    made = ((each.name, _make(each)) for each in manager)
    return {name: each for name, each in made if each is not None}


def _make(found: typing.Any) -> weigher.Weigher | None:
    try:
        made = found.plugin()
    except Exception as error:  # noqa: BLE001 - other people's code
        _log_failure(None, found.entry_point, error)
        return None
    if isinstance(made, weigher.Weigher):
        return made
    problem = TypeError(f'{found.entry_point.value} is no Weigher')
    _log_failure(None, found.entry_point, problem)
    return None


def _log_failure(
    manager: object, entry_point: typing.Any, error: BaseException
) -> None:
    LOG.error(
        'Weigher %(name)s (%(value)s) cannot be loaded, ranking goes on '
        'without it: %(error)r',
        {
            'name': entry_point.name,
            'value': entry_point.value,
            'error': error,
        },
    )
