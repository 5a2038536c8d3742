"""Keystone."""

import os
import sys

from tests.minicloud.inside import sqlite


def application(cloud):
    """Give keystone's WSGI application."""
    # without foreign keys, deleting an application credential leaves rows
    # that make the next one a conflict
    sqlite.patch(foreign_keys=True)
    os.environ['OS_KEYSTONE_CONFIG_FILES'] = str(cloud.config_file('keystone'))
    sys.argv = ['keystone']
    from keystone.wsgi import api

    return api.application


def start_services():
    """Need none."""
