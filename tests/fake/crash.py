"""Kill the caller at its n-th call of the cloud.

>>> crashing = CrashAfter(cloud, calls=7, acts=False)
"""

import threading

from tests.fake import faults


class Crash(BaseException):
    """The process dies here: nothing may catch it but the test."""


class CrashAfter:
    """A cloud, or enroller, that lets ``calls`` calls pass, then kills.

    Counts over all its projects. Once it killed, every later call kills
    too and reaches nothing: a dead process asks no more.

    :param acts: whether the fatal call still reaches the cloud
    :param methods: which calls count; None: all of the port's
    """

    def __init__(self, cloud, calls, acts=False, methods=None):
        self._cloud = cloud
        self._methods = methods or frozenset(faults.SERVICES)
        self._acts = acts
        self._left = calls
        self._lock = threading.Lock()
        self.crashed = False

    def project(self, delegation):
        """Act for a project, on the same count."""
        return _CrashingProject(self, self._cloud.project(delegation))

    def __getattr__(self, name):
        return self.guard(name, getattr(self._cloud, name))

    def guard(self, name, function):
        """Count the calls of one method of the port."""
        if name not in faults.SERVICES:
            return function

        def guarded(*args, **kwargs):
            fate = self._fate(name)
            result = function(*args, **kwargs) if fate != 'dead' else None
            if fate != 'lives':
                raise Crash(f'at {name}')
            return result

        return guarded

    def _fate(self, name):
        with self._lock:
            if self.crashed:
                return 'dead'
            self._left -= name in self._methods
            if self._left >= 0:
                return 'lives'
            self.crashed = True
            return 'dies' if self._acts else 'dead'


class _CrashingProject:
    def __init__(self, guard, project):
        self._guard = guard
        self._project = project

    def __getattr__(self, name):
        return self._guard.guard(name, getattr(self._project, name))
