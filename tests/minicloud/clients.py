"""What clients of the cloud read: clouds.yaml and minicloud.json."""

import json
import typing

from tests.minicloud import layout
from tests.minicloud import seed

#: The tested clients' versions: force needs none since 3.66, and 2.96 has
#: rebuild's and the volume attachments' newer forms.
MICROVERSIONS = {
    'block_storage_default_microversion': '3.70',
    'compute_default_microversion': '2.96',
}


def _entry(cloud: layout.Cloud, user: str, project: str) -> dict[str, object]:
    return {
        'auth': {
            'auth_url': cloud.auth_url,
            'username': user,
            'password': layout.PASSWORD,
            'project_name': project,
            'user_domain_id': 'default',
            'project_domain_id': 'default',
        },
        'region_name': layout.REGION,
        'identity_api_version': '3',
        **MICROVERSIONS,
    }


def write_clouds(cloud: layout.Cloud) -> None:
    """Write clouds.yaml: admin, the tenants, and the product's user."""
    clouds = {
        'admin': _entry(cloud, 'admin', 'admin'),
        'snapfault': _entry(cloud, 'snapfault', 'service'),
    }
    clouds |= {name: _entry(cloud, name, name) for name in seed.TENANTS}
    # JSON is YAML
    text = json.dumps({'clouds': clouds}, indent=1)
    layout.write_atomically(cloud.root / 'clouds.yaml', f'{text}\n')


def write_info(cloud: layout.Cloud, images: dict[str, str]) -> None:
    """Write minicloud.json.

    :param images: id by name.
    """
    _write(
        cloud,
        {
            'auth_url': cloud.auth_url,
            'region': layout.REGION,
            'password': layout.PASSWORD,
            'token_expiration': cloud.token_expiration,
            'ports': cloud.ports,
            'clouds_file': str(cloud.root / 'clouds.yaml'),
            'notifications_file': str(cloud.notifications),
            'log_folder': str(cloud.logs),
            'pid_files': {
                name: str(cloud.pids / f'{name}.json')
                for name in layout.SERVICES
            },
            'images': images,
            'flavors': {
                name: name.removeprefix('m1.') for name in seed.FLAVORS
            },
            'volume_type': 'fake',
            'archive_policy': seed.ARCHIVE_POLICY['name'],
        },
    )


def update_info(cloud: layout.Cloud) -> None:
    """Note a changed option in minicloud.json."""
    info = json.loads(cloud.info.read_text())
    _write(cloud, {**info, 'token_expiration': cloud.token_expiration})


def _write(cloud: layout.Cloud, info: dict[str, typing.Any]) -> None:
    layout.write_atomically(cloud.info, json.dumps(info, indent=1) + '\n')
