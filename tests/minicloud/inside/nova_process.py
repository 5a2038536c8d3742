"""Nova: the API, conductor, scheduler and compute."""

import os
import pathlib
import sys

from tests.minicloud.inside import hooks


def application(cloud):
    """Give nova's WSGI application."""
    paste = pathlib.Path(sys.prefix) / 'etc/nova/api-paste.ini'
    file = cloud.config_file('nova')
    os.environ['OS_NOVA_CONFIG_FILES'] = f'{paste};{file}'
    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = '1'
    sys.argv = ['nova']
    # before any import of oslo's
    from nova import monkey_patch

    monkey_patch.patch(backend='threading')
    from tests.minicloud.inside import sqlite

    sqlite.patch()
    from nova.wsgi import osapi_compute

    return osapi_compute.application


def _place_driver():
    """Put our driver below nova.virt, the only place nova looks at."""
    import nova.virt

    from tests.minicloud.inside import nova_driver

    sys.modules['nova.virt.minicloud'] = nova_driver
    nova.virt.minicloud = nova_driver


def start_services():
    """Start the services, compute last, and make the hosts known."""
    from nova import context
    from nova import service
    from nova.compute import rpcapi
    from nova.objects import host_mapping
    from nova.servicegroup.drivers import db
    import os_vif

    from tests.minicloud import layout

    _place_driver()
    hooks.faulty(db.DbDriver, 'nova', ('_report_state',))
    os_vif.initialize()
    compute = {
        'binary': 'nova-compute',
        'topic': rpcapi.RPC_TOPIC,
        'topic_alt': rpcapi.RPC_TOPIC_ALT,
    }
    parts = (
        {'binary': 'nova-conductor'},
        {'binary': 'nova-scheduler'},
        compute,
        {**compute, 'host': layout.SPARE_HOST},
    )
    for options in parts:
        part = service.Service.create(**options)
        part.start()
        # else it counts as down until its first heartbeat
        part.servicegroup_api._driver._report_state(part)
    host_mapping.discover_hosts(context.get_admin_context())
    _disable_spare(context.get_admin_context())


def _disable_spare(admin):
    """Have nothing scheduled to the spare host, unless it is enabled."""
    from nova import objects

    from tests.minicloud import layout

    spare = objects.Service.get_by_compute_host(admin, layout.SPARE_HOST)
    spare.disabled, spare.disabled_reason = True, 'spare'
    spare.save()
