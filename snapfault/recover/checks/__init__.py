"""The checks that are installed, by name: one driver a file."""

import collections.abc
import functools

from stevedore import extension

from snapfault import errors
from snapfault import resource
from snapfault import rules
from snapfault.cloud import port
from snapfault.recover import check

NAMESPACE = 'snapfault.recover.checks'


@functools.cache
def installed() -> collections.abc.Mapping[str, check.Check]:
    """Load the drivers, once a process."""
    found = extension.ExtensionManager(NAMESPACE, invoke_on_load=True)
    return {each.name: each.obj for each in found}


def wrong(chosen: rules.Check) -> str:
    """Say what is wrong with a check of a policy; empty: nothing."""
    known = installed()
    driver = known.get(chosen.driver)
    if driver is None:
        return (
            f'there is no check {chosen.driver!r}: there are'
            f' {", ".join(sorted(known)) or "none"}'
        )
    told = driver.wrong(chosen.options)
    return f'{chosen.driver}: {told}' if told else ''


def look(
    project: port.Project, server: resource.Server, chosen: rules.Check
) -> str:
    """Look once whether the service works; empty: it does.

    :raises ResourceFailed: nobody can look like that
    """
    told = wrong(chosen)
    if told:
        raise errors.ResourceFailed(f'the policy names a check, but {told}')
    said = installed()[chosen.driver].look(project, server, chosen.options)
    return f'{chosen.driver}: {said}' if said else ''
