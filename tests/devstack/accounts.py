"""Users, services and endpoints of a real Keystone, made where missing.

>>> python -m tests.devstack.accounts user snapfault [admin]
>>> python -m tests.devstack.accounts service snapfault TYPE DESCRIPTION
>>> python -m tests.devstack.accounts endpoint TYPE REGION URL
"""

import os
import sys

import openstack


def _user(cloud, name, *roles):
    project = cloud.identity.find_project(os.environ['SERVICE_PROJECT_NAME'])
    password = os.environ['SERVICE_PASSWORD']
    user = cloud.identity.find_user(name)
    if user is None:
        user = cloud.identity.create_user(
            name=name, password=password, domain_id='default'
        )
    for each in ('service', *roles):
        role = cloud.identity.find_role(each, ignore_missing=False)
        cloud.identity.assign_project_role_to_user(project, user, role)


def _service(cloud, name, kind, description):
    if cloud.identity.find_service(name) is None:
        cloud.identity.create_service(
            name=name, type=kind, description=description
        )


def _endpoint(cloud, kind, region, url):
    (service,) = cloud.identity.services(type=kind)
    for interface in ('public', 'admin'):
        there = cloud.identity.endpoints(
            service_id=service.id, interface=interface
        )
        if not list(there):
            cloud.identity.create_endpoint(
                service_id=service.id,
                interface=interface,
                region_id=region,
                url=url,
            )


def main(noun, *arguments):
    """Make one of a noun."""
    make = {'user': _user, 'service': _service, 'endpoint': _endpoint}[noun]
    make(openstack.connect(cloud='admin'), *arguments)


if __name__ == '__main__':
    main(*sys.argv[1:])
