"""The API as ``snapfault.wsgi.api:application``.

The files in the environment's OS_SNAPFAULT_CONFIG_FILES, with semicolons
between them, are read when this module is imported; without any, the usual
places are.
"""

import os
import typing

from snapfault import notify
from snapfault import rpc
from snapfault.cmd import assemble
from snapfault.cmd import database
from snapfault.cmd import start


def _make() -> typing.Any:
    named = os.environ.get('OS_SNAPFAULT_CONFIG_FILES', '')
    files = [each for each in named.split(';') if each]
    conf = start.configure([], files or None)
    opened = database.connect(conf)
    notify.attach(conf, opened)
    return assemble.application(
        conf,
        opened,
        assemble.sessions(conf, opened),
        rpc.waker(rpc.connect(conf)),
    )


application = start.made(_make)
