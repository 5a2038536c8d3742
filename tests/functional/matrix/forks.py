"""Try many things at many moments of one run, each in a copy of it.

At a moment the process forks: in the child something is done to the worker,
and the parent's worker goes on to the next moment as if nothing had been.
So every trial costs what comes after it, and nothing is set up twice.

A copy of the process has a copy of SQLite's database in memory, and none of
a server's: on those the run is made anew for each trial, up to its moment.
"""

import os
import pickle
import traceback

import sqlalchemy as sa

from tests.functional import databases

#: Children that live at once.
AT_ONCE = os.cpu_count() or 1


def rounds(chosen):
    """Give what can be tried in one run, run by run."""
    if databases.are_files():
        return [chosen]
    return [[each] for each in chosen]


def trials():
    """Give what tries many things in one run, where that can be."""
    return Forks() if databases.are_files() else Anew()


class Anew:
    """One trial, in a run that is made for it."""

    def __init__(self):
        """Try nothing yet."""
        self.tried = None  #: what is tried from now on

    def split(self, what):
        """Try it, here and now."""
        self.tried = what
        return True

    def run(self, work, after):
        """Do the work; give what was found, by what was tried.

        :param after: as that of :meth:`Forks.run`
        """
        ended = None
        try:
            work()
        except BaseException as error:
            if self.tried is None:
                raise
            ended = error
        if self.tried is None:
            return {}
        try:
            return {self.tried: after(self.tried, ended)}
        except BaseException:  # noqa: BLE001 - told, and found wrong
            return {self.tried: traceback.format_exc()}


class Forks:
    """The children of one run, by what was tried in them."""

    def __init__(self):
        """Have none yet."""
        self.tried = None  #: what this process tries; None: it is the parent
        self._answer = None  #: a child's, to its parent
        self._children = {}
        self._found = {}

    def split(self, what):
        """Fork; say whether this is the child, in which it is to be tried."""
        ours, its = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            self.tried, self._answer = what, its
            return True
        os.close(its)
        self._children[what] = (child, ours)
        if len(self._children) >= AT_ONCE:
            self._hear(next(iter(self._children)))
        return False

    def run(self, work, after):
        """Do the work; give what each child found, by what it tried.

        :param after: what a child does once its work is over, however that
            ended: it is given what was tried, and returns what it found
        """
        try:
            work()
        except BaseException as error:
            if self.tried is None:
                raise
            self._end(after, error)
        if self.tried is not None:
            self._end(after, None)
        for what in list(self._children):
            self._hear(what)
        return self._found

    def _end(self, after, error):
        """Tell the parent, and never come back."""
        try:
            found = after(self.tried, error)
        except BaseException:  # noqa: BLE001 - told, and found wrong
            found = traceback.format_exc()
        try:
            with os.fdopen(self._answer, 'wb') as file:
                pickle.dump(found, file)
        finally:
            os._exit(0)

    def _hear(self, what):
        """Read what a child found, and see it gone."""
        child, ours = self._children.pop(what)
        with os.fdopen(ours, 'rb') as file:
            found = file.read()
        os.waitpid(child, 0)
        self._found[what] = (
            pickle.loads(found) if found else 'the process died for good'
        )


def share(database):
    """Let children use their copy of a database that is all in memory.

    oslo.db holds a connection that another process opened for broken. Those
    to a server are shared with no child.
    """

    def adopt(_connection, record, _proxy):
        record.info['pid'] = os.getpid()

    sa.event.listen(database.engine, 'checkout', adopt, insert=True)
