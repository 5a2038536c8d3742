"""Neutron, without agents; GET of a server needs it."""

import os
import sys

from tests.minicloud.inside import sqlite


def application(cloud):
    """Give neutron's WSGI application."""
    sqlite.patch()
    os.environ['OS_NEUTRON_CONFIG_FILES'] = str(cloud.config_file('neutron'))
    sys.argv = ['neutron']
    import sqlalchemy.orm

    # all models: listing ports needs the router's even without routers
    _import_models()
    sqlalchemy.orm.configure_mappers()
    from neutron.wsgi import api

    return api.application


def _import_models():
    """Import every model neutron has."""
    import neutron.db.migration.models.head  # noqa: F401


def start_services():
    """Need none."""
