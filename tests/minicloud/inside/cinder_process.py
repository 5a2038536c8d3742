"""Cinder: the API, the volume service and the scheduler."""

import sys

from tests.minicloud.inside import hooks
from tests.minicloud.inside import sqlite


def application(cloud):
    """Give cinder's WSGI application."""
    sqlite.patch()
    sys.argv = ['cinder', '--config-file', str(cloud.config_file('cinder'))]
    from cinder import monkey_patch

    monkey_patch.patch()
    from cinder.wsgi import api

    _avoid_eventlet_threads()
    _lose_volumes()
    return api.application


def _avoid_eventlet_threads():
    """Have image copies run in their own thread.

    Eventlet's pool waits for its hub, which does not run here: they hang.
    """
    from cinder.image import image_utils

    class Pool:
        @staticmethod
        def execute(function, *args, **kwargs):
            return function(*args, **kwargs)

        @staticmethod
        def Proxy(target):
            return target

    image_utils.tpool = Pool


def _lose_volumes():
    """Let a volume get lost between the API and the scheduler.

    As it does where the API dies right after it has written it down.
    """
    from cinder.scheduler import rpcapi

    pass_on = rpcapi.SchedulerAPI.create_volume

    def create_volume(self, context, volume, *args, **kwargs):
        try:
            hooks.strike('cinder.schedule', [volume])
        except hooks.InjectedFault:
            return
        pass_on(self, context, volume, *args, **kwargs)

    rpcapi.SchedulerAPI.create_volume = create_volume


def _service_class():
    from cinder import context
    from cinder import objects
    from cinder import service

    class Service(service.Service):
        """A service that shares its process with another one.

        Upstream keeps the id in the class, and all would report for the
        one that came last.
        """

        def report_state(self):
            hooks.strike('cinder.report_state', [self])
            admin = context.get_admin_context()
            row = objects.Service.get_by_id(admin, self.origin_service_id)
            row.report_count += 1
            row.save(retry=False)

    return Service


def start_services():
    """Start the volume service first: the scheduler waits for it."""
    from cinder import context
    from cinder import objects
    from cinder import service
    import os_brick

    os_brick.setup(service.CONF)
    host = f'{service.CONF.host}@fake'
    parts = (
        {
            'binary': 'cinder-volume',
            'host': host,
            'service_name': 'fake',
            'coordination': True,
        },
        {'binary': 'cinder-scheduler'},
    )
    for options in parts:
        part = _service_class().create(**options)
        part.start()
        # else it counts as down until its first heartbeat
        part.report_state()
    # work in progress is booked to this id, and becomes an error when the
    # service of that id starts again
    service.Service.service_id = objects.Service.get_by_args(
        context.get_admin_context(), host, 'cinder-volume'
    ).id
