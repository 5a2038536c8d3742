"""Glance."""

import os
import sys

from tests.minicloud.inside import sqlite


def application(cloud):
    """Give glance's WSGI application."""
    sqlite.patch()
    os.environ['OS_GLANCE_CONFIG_DIR'] = str(cloud.etc)
    sys.argv = ['glance']
    from glance.wsgi import api

    return api.application


def start_services():
    """Need none."""
