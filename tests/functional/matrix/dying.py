"""Let a worker die at any moment.

A moment is just before or just after a call of the cloud, or a commit of the
database.
"""

import contextlib

from tests.fake import crash
from tests.fake import faults
from tests.functional.matrix import forks


class Moments:
    """Counts the moments of a worker, and has a copy die at those chosen."""

    def __init__(self, chosen=()):
        """Begin to count.

        :param chosen: the numbers of the moments at which to die
        """
        self.names = []
        self.forks = forks.trials()
        self._chosen = frozenset(chosen)

    def at(self, name):
        """Be at a moment; a copy dies here, and at each one later."""
        if self.forks.tried is not None:
            raise crash.Crash(name)
        number = len(self.names)
        self.names.append(name)
        if number in self._chosen and self.forks.split((number, name)):
            raise crash.Crash(name)


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
