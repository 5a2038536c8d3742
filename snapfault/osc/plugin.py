"""What the openstack client loads to learn of the service."""

import argparse
import typing

if typing.TYPE_CHECKING:
    from snapfault.osc import client

API_NAME = 'fault_tolerance'
API_VERSION_OPTION = 'os_fault_tolerance_api_version'
API_VERSIONS = {'1': 'snapfault.osc.client.Client'}
DEFAULT_API_VERSION = '1'
SERVICE_TYPE = 'fault-tolerance'
#: What is asked for where a person names no more than the major version:
#: what the commands show and send is of this one.
MICROVERSION = '1.0'


def check_api_version(version: str) -> bool:
    """Let a person name any microversion; the service says what it serves.

    :returns: False where it is none of ours, so that the client warns
    """
    major, point, minor = version.partition('.')
    return major in API_VERSIONS and (minor.isdecimal() or not point)


def make_client(instance: typing.Any) -> 'client.Client':
    """Give the client behind ``client_manager.fault_tolerance``.

    :param instance: the client manager of osc-lib
    """
    # Every run of the openstack client loads this module, so what only our
    # commands need is imported here.
    from keystoneauth1 import adapter

    from snapfault.osc import client

    version = instance._api_version[API_NAME]
    override = instance.get_configuration().get(
        'fault_tolerance_endpoint_override'
    )
    return client.Client(
        adapter.Adapter(
            session=instance.session,
            service_type=SERVICE_TYPE,
            interface=instance.interface,
            region_name=instance.region_name or None,
            endpoint_override=override,
            default_microversion=version if '.' in version else MICROVERSION,
        )
    )


def build_option_parser(
    parser: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Add the options that stand before a command."""
    from osc_lib import utils

    parser.add_argument(
        '--os-fault-tolerance-api-version',
        metavar='<fault-tolerance-api-version>',
        default=utils.env(
            'OS_FAULT_TOLERANCE_API_VERSION', default=DEFAULT_API_VERSION
        ),
        help=(
            'Fault tolerance API version, default='
            f'{DEFAULT_API_VERSION} (Env: OS_FAULT_TOLERANCE_API_VERSION)'
        ),
    )
    return parser
