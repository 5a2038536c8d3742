"""The places at which armed faults strike, in drivers and in APIs.

Faults are read from the cloud's faults.json at each use, so that arming
one needs no restart; tests.minicloud.faults writes them.
"""

import fcntl
import functools
import json
import os
import pathlib
import re
import time

FAULTS = pathlib.Path(os.environ.get('MINICLOUD_STATE', '.')) / 'faults.json'


class InjectedFault(Exception):
    """A fault was armed here."""


def take(point, accepts):
    """Give the first fault armed at the point that is accepted, or None.

    A fault with a count loses one, and is forgotten with the last.
    """
    if not FAULTS.exists():
        return None
    with FAULTS.open('r+') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        faults = json.loads(file.read() or '[]')
        for fault in faults:
            if fault['point'] == point and accepts(fault):
                break
        else:
            return None
        if 'count' in fault:
            fault['count'] -= 1
            kept = [each for each in faults if each.get('count', 1) > 0]
            file.seek(0)
            file.truncate()
            json.dump(kept, file)
    return fault


def _delay(fault):
    time.sleep(fault.get('delay', 0))


def _ids(value):
    """Give the ids an argument of a driver's method carries."""
    if isinstance(value, dict):
        data = value.get('data') or {}
        return [value.get('serial'), data.get('volume_id')]
    names = ('uuid', 'id', 'volume_id', 'snapshot_id', 'source_volid')
    return [getattr(value, name, None) for name in names]


def strike(point, subjects=(), busy=None):
    """Be slow, or fail, if a fault says so.

    :param subjects: what the call is about; a fault may match their ids.
    :param busy: what to raise for a fault that is busy.
    """

    def accepts(fault):
        wanted = fault.get('match')
        if not wanted:
            return True
        found = [str(each) for value in subjects for each in _ids(value)]
        return any(wanted in each for each in found)

    fault = take(point, accepts)
    if fault:
        _delay(fault)
        if fault.get('busy') and busy is not None:
            raise busy(subjects)
        if 'error' in fault:
            raise InjectedFault(fault['error'])


def faulty(cls, prefix, methods, busy=None):
    """Make faults strike before the methods of the class; give the class."""

    def wrapped(point, original):
        @functools.wraps(original)
        def call(self, *args, **kwargs):
            subjects = (*args, *kwargs.values())
            strike(point, subjects, busy)
            return original(self, *args, **kwargs)

        return call

    for name in methods:
        point = f'{prefix}.{name.lstrip("_")}'
        setattr(cls, name, wrapped(point, getattr(cls, name)))
    return cls


class FaultMiddleware:
    """Faults of a service's API."""

    def __init__(self, application, service):
        self._application = application
        self._point = f'api.{service}'

    def __call__(self, environ, start_response):
        """Answer the request, or strike."""
        path, method = environ['PATH_INFO'], environ['REQUEST_METHOD']

        def accepts(fault):
            return (
                re.search(fault.get('path', ''), path)
                and fault.get('method', method) == method
                and fault.get('match', '') in path
            )

        fault = take(self._point, accepts)
        if not fault:
            return self._application(environ, start_response)
        return self._strike(fault, environ, start_response)

    def _strike(self, fault, environ, start_response):
        answer = None
        if fault.get('after'):
            # done, but the answer is late or lost
            answer = self._drain(environ)
        _delay(fault)
        if 'status' in fault:
            text = fault.get('error', 'injected')
            body = json.dumps({'error': {'message': text}}).encode()
            headers = [('Content-Type', 'application/json')]
            start_response(f'{fault["status"]} Injected', headers)
            return [body]
        if answer:
            start_response(*answer[0])
            return answer[1]
        return self._application(environ, start_response)

    def _drain(self, environ):
        """Let the application do its work; give its answer."""
        started = []

        def start(status, headers, exc_info=None):
            started[:] = [status, headers]

        body = list(self._application(environ, start))
        return started, body
