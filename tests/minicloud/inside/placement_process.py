"""Placement."""

import os
import sys

from tests.minicloud.inside import sqlite


def application(cloud):
    """Give placement's WSGI application."""
    sqlite.patch()
    os.environ['OS_PLACEMENT_CONFIG_DIR'] = str(cloud.etc)
    sys.argv = ['placement']
    from placement.wsgi import api

    return api.application


def start_services():
    """Need none."""
