"""The folders of programs that DevStack finds, or has made."""

import pathlib
import sys

#: What pip puts beside the interpreter in DevStack's virtual environment.
INSTALLED = ('openstack', 'snapfault-manage', 'snapfault-worker')


def lay(folder, *, source=None):
    """Make the two folders of programs that a real one has on its path.

    uwsgi is a package of the distribution's there, and not in the virtual
    environment.

    :param source: whose programs they lead to, where not to our own
    :returns: that of the virtual environment, and that of the distribution
    """
    source = source or pathlib.Path(sys.executable).parent
    environment, system = folder / 'venv', folder / 'system'
    for each in (environment, system):
        each.mkdir()
    for name in INSTALLED:
        (environment / name).symlink_to(source / name)
    (system / 'uwsgi').symlink_to(source / 'uwsgi')
    # a link to the interpreter would not find its packages
    python = environment / 'python'
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return environment, system
