"""Let a worker die at any moment, and the same run go on without it.

A moment is just before or just after a call of the cloud, or a commit of the
database. At each chosen one the process forks: the child's worker dies
there, its parent's lives on to the next. So every death costs what comes
after it, and nothing is set up twice.
"""

import contextlib
import os
import pickle
import traceback

import sqlalchemy as sa

from tests.fake import crash
from tests.fake import faults

#: Children that live at once.
AT_ONCE = os.cpu_count() or 1


class Moments:
    """Counts the moments of a worker, and forks at those chosen."""

    def __init__(self, chosen=()):
        """Begin to count.

        :param chosen: the numbers of the moments at which to fork
        """
        self.names = []
        self._chosen = frozenset(chosen)
        self._children = {}
        self._found = {}
        self._answer = None  #: a child's, to its parent
        self.number = None  #: of the moment at which a child died

    def at(self, name):
        """Be at a moment; a child dies here, and at each one later."""
        if self._answer is not None:
            raise crash.Crash(name)
        number = len(self.names)
        self.names.append(name)
        if number not in self._chosen:
            return
        ours, its = os.pipe()
        child = os.fork()
        if child:
            os.close(its)
            self._children[number] = (child, ours)
            if len(self._children) >= AT_ONCE:
                self._hear(min(self._children))
            return
        os.close(ours)
        self._answer, self.number = its, number
        raise crash.Crash(name)

    def run(self, work, after):
        """Do the work; give what each child found, by its moment.

        :param after: what a child does once its worker is dead: it is given
            the moment, and what it returns is what the child found
        """
        try:
            work()
        except BaseException:
            if self._answer is None:
                raise
        if self._answer is not None:
            self._end(after)
        for number in list(self._children):
            self._hear(number)
        return self._found

    def _hear(self, number):
        """Read what a child found, and see it gone."""
        child, ours = self._children.pop(number)
        with os.fdopen(ours, 'rb') as file:
            found = file.read()
        os.waitpid(child, 0)
        self._found[number, self.names[number]] = (
            pickle.loads(found) if found else 'the process died for good'
        )

    def _end(self, after):
        """Tell the parent, and never come back."""
        try:
            found = after(self.number)
        except BaseException:  # noqa: BLE001 - told, and found wrong
            found = traceback.format_exc()
        try:
            with os.fdopen(self._answer, 'wb') as file:
                pickle.dump(found, file)
        finally:
            os._exit(0)


def share(database):
    """Let children use their copy of a database that is all in memory.

    oslo.db holds a connection that another process opened for broken.
    """

    def adopt(_connection, record, _proxy):
        record.info['pid'] = os.getpid()

    sa.event.listen(database.engine, 'checkout', adopt, insert=True)


class Cloud:
    """A cloud, or a project of it, whose caller may die at each call."""

    def __init__(self, moments, cloud):
        """Stand before it."""
        self._moments = moments
        self._cloud = cloud

    def project(self, delegation):
        """Act for a project, on the same count."""
        return Cloud(self._moments, self._cloud.project(delegation))

    def __getattr__(self, name):
        """Give a method; those of the port have moments."""
        real = getattr(self._cloud, name)
        if name not in faults.SERVICES:
            return real

        def call(*args, **kwargs):
            self._moments.at(f'before {name}')
            found = real(*args, **kwargs)
            self._moments.at(f'after {name}')
            return found

        return call


class Database:
    """A database whose user may die before and after each commit."""

    def __init__(self, moments, database):
        """Stand before it."""
        self._moments = moments
        self._database = database

    @contextlib.contextmanager
    def writer(self):
        """Give a session that commits at the end, between two moments."""
        with self._database.writer() as session:
            yield session
            self._moments.at('before a commit')
        self._moments.at('after a commit')

    def __getattr__(self, name):
        """Give all else as it is."""
        return getattr(self._database, name)
