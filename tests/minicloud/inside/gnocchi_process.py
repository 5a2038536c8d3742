"""Gnocchi: the API, metricd's processor and its janitor."""

import sys
import threading

from tests.minicloud.inside import sqlite


def application(cloud):
    """Give gnocchi's WSGI application."""
    sqlite.patch()
    file = str(cloud.config_file('gnocchi'))
    sys.argv = ['gnocchi', '--config-file', file]
    from gnocchi.cli import api
    from gnocchi.rest import app

    return app.load_app(api.prepare_service())


def start_services():
    """Start metricd's parts as threads."""
    from gnocchi.cli import api
    from gnocchi.cli import metricd

    conf = api.prepare_service()
    for part in (metricd.MetricProcessor, metricd.MetricJanitor):
        threading.Thread(
            target=part(0, conf).run, name=part.__name__, daemon=True
        ).start()
