"""The services' configuration: one dict of sections per ini file."""

import configparser
import pathlib

from tests.minicloud import layout

Sections = dict[str, dict[str, object]]


def _auth(cloud: layout.Cloud, user: str) -> dict[str, object]:
    """Give the options with which a service user logs in."""
    return {
        'auth_type': 'password',
        'auth_url': cloud.auth_url,
        'username': user,
        'password': layout.PASSWORD,
        'user_domain_id': 'default',
        'project_domain_id': 'default',
        'project_name': 'service',
        'region_name': layout.REGION,
    }


def _common(cloud: layout.Cloud, service: str) -> Sections:
    """Give what all services have alike."""
    data = cloud.data / service
    return {
        'DEFAULT': {
            'transport_url': 'fake:/',
            'host': layout.MAIN_HOST,
            'log_file': cloud.logs / f'{service}.log',
            'use_stderr': 'false',
            'state_path': data,
            'rpc_response_timeout': 60,
        },
        'database': {
            'connection': cloud.database_url(service),
            'sqlite_synchronous': 'false',
        },
        'keystone_authtoken': {
            **_auth(cloud, service),
            'www_authenticate_uri': cloud.auth_url,
            'interface': 'internal',
            'service_token_roles': 'service',
            'service_token_roles_required': 'true',
        },
        'oslo_concurrency': {'lock_path': data / 'lock'},
        # notifications cannot leave a process on fake:/
        'oslo_messaging_notifications': {'driver': 'minicloud'},
        'oslo_middleware': {'max_request_body_size': 1 << 30},
        'service_user': {
            **_auth(cloud, service),
            'send_service_user_token': 'true',
        },
    }


def _merge(sections: Sections, **more: dict[str, object]) -> Sections:
    for name, options in more.items():
        sections.setdefault(name, {}).update(options)
    return sections


def _keystone(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    sections = _common(cloud, 'keystone')
    del sections['service_user'], sections['keystone_authtoken']
    keys = {'key_repository': cloud.etc / 'fernet'}
    return _merge(
        sections,
        token={'provider': 'fernet', 'expiration': cloud.token_expiration},
        fernet_tokens=keys,
        # never used, but looked for; by default in /etc/keystone
        fernet_receipts=keys,
        credential={'key_repository': cloud.etc / 'credential'},
        # the cheapest bcrypt allows: each login of a test pays it
        identity={'password_hash_rounds': 4},
        cache={'enabled': 'true', 'backend': 'oslo_cache.dict'},
    )


def _glance(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    data = cloud.data / 'glance'
    staging = {'filesystem_store_datadir': data / 'staging'}
    return _merge(
        _common(cloud, 'glance'),
        DEFAULT={
            'enabled_backends': 'file:file',
            'enabled_import_methods': '[glance-direct]',
            'node_staging_uri': f'file://{data}/staging',
            'worker_self_reference_url': cloud.origin('glance'),
        },
        glance_store={'default_backend': 'file'},
        file={'filesystem_store_datadir': data / 'images'},
        # our images hold random bytes, not the format they declare
        image_format={'require_image_format_match': 'false'},
        os_glance_staging_store=staging,
        os_glance_tasks_store={'filesystem_store_datadir': data / 'tasks'},
        paste_deploy={
            'flavor': 'keystone',
            'config_file': venv / 'etc/glance/glance-api-paste.ini',
        },
    )


def _placement(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    sections = _common(cloud, 'placement')
    sections['placement_database'] = sections.pop('database')
    return _merge(sections, api={'auth_strategy': 'keystone'})


def _nova(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    return _merge(
        _common(cloud, 'nova'),
        DEFAULT={
            # nova finds it below nova.virt: see inside/nova_process.py
            'compute_driver': 'minicloud.NovaDriver',
            'my_ip': layout.HOST,
            'instances_path': cloud.data / 'nova/instances',
            'report_interval': 5,
            # 12 s was too low: a busy machine misses two heartbeats
            'service_down_time': 60,
            'resume_guests_state_on_host_boot': 'true',
            # no agent will ever say that a port is plugged
            'vif_plugging_is_fatal': 'false',
            'vif_plugging_timeout': 0,
            'block_device_allocate_retries_interval': 1,
            'sync_power_state_interval': -1,
        },
        api={'auth_strategy': 'keystone'},
        wsgi={'api_paste_config': venv / 'etc/nova/api-paste.ini'},
        database={'connection': cloud.database_url('nova_cell1')},
        api_database={
            'connection': cloud.database_url('nova_api'),
            'sqlite_synchronous': 'false',
        },
        placement=_auth(cloud, 'nova'),
        neutron=_auth(cloud, 'nova'),
        cinder=_auth(cloud, 'nova'),
        glance=_auth(cloud, 'nova'),
        keystone=_auth(cloud, 'nova'),
        vnc={'enabled': 'false'},
        quota={'instances': -1, 'cores': -1, 'ram': -1},
        notifications={'notification_format': 'both'},
        oslo_policy={'enforce_scope': 'true'},
    )


def _cinder(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    data, etc = cloud.data / 'cinder', venv / 'etc/cinder'
    return _merge(
        _common(cloud, 'cinder'),
        DEFAULT={
            'auth_strategy': 'keystone',
            'enabled_backends': 'fake',
            'default_volume_type': 'fake',
            'my_ip': layout.HOST,
            'api_paste_config': etc / 'api-paste.ini',
            # without it cinder ignores filters in queries
            'resource_query_filters_file': etc / 'resource_filters.json',
            'report_interval': 5,
            'service_down_time': 60,
            'periodic_fuzzy_delay': 0,
            'quota_volumes': -1,
            'quota_snapshots': -1,
            'quota_gigabytes': -1,
            'image_conversion_dir': data / 'conversion',
        },
        fake={
            'volume_driver': 'tests.minicloud.inside.cinder_driver.'
            'CinderDriver',
            'volume_backend_name': 'fake',
            'target_helper': 'fake',
            'volumes_dir': data / 'volumes',
        },
        nova={**_auth(cloud, 'cinder'), 'interface': 'internal'},
    )


def _neutron(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    return _merge(
        _common(cloud, 'neutron'),
        DEFAULT={
            'core_plugin': 'ml2',
            'service_plugins': '',
            'auth_strategy': 'keystone',
            'api_paste_config': venv / 'etc/neutron/api-paste.ini',
            'notify_nova_on_port_status_changes': 'false',
            'notify_nova_on_port_data_changes': 'false',
            'dhcp_agent_notification': 'false',
            'api_workers': 1,
            'rpc_workers': 0,
        },
        ml2={
            'type_drivers': 'local,flat',
            'tenant_network_types': 'local',
            'mechanism_drivers': 'minicloud',
            'extension_drivers': 'port_security',
        },
    )


def _gnocchi(cloud: layout.Cloud, venv: pathlib.Path) -> Sections:
    common, data = _common(cloud, 'gnocchi'), cloud.data / 'gnocchi'
    files = {'driver': 'file', 'file_basepath': data / 'data'}
    return {
        'DEFAULT': {
            'log_file': cloud.logs / 'gnocchi.log',
            'coordination_url': f'file://{data}/coordination',
        },
        'keystone_authtoken': common['keystone_authtoken'],
        'api': {
            'auth_mode': 'keystone',
            'operation_timeout': 60,
            'paste_config': cloud.etc / 'gnocchi-paste.ini',
        },
        'indexer': {'url': cloud.database_url('gnocchi')},
        'database': {'sqlite_synchronous': 'false'},
        'storage': files,
        'incoming': files,
        'metricd': {
            'workers': 1,
            'metric_processing_delay': 1,
            'metric_reporting_delay': -1,
        },
    }


_SECTIONS = {
    'keystone': _keystone,
    'glance': _glance,
    'placement': _placement,
    'nova': _nova,
    'cinder': _cinder,
    'neutron': _neutron,
    'gnocchi': _gnocchi,
}


def _write_gnocchi_paste(cloud: layout.Cloud, venv: pathlib.Path) -> None:
    """Copy gnocchi's paste file, naming our configuration file in it.

    Its auth_token filter reads /etc/gnocchi/gnocchi.conf unless told.
    """
    pattern = 'lib/python3*/site-packages/gnocchi/rest/api-paste.ini'
    source = next(venv.glob(pattern)).read_text()
    option = f'oslo_config_file = {cloud.config_file("gnocchi")}'
    (cloud.etc / 'gnocchi-paste.ini').write_text(
        source.replace('auth_token\n', f'auth_token\n{option}\n')
    )


def write(cloud: layout.Cloud, venv: pathlib.Path) -> None:
    """Write all configuration files of the cloud."""
    _write_gnocchi_paste(cloud, venv)
    for service, sections in _SECTIONS.items():
        # oslo.config has its own DEFAULT: keep configparser's out of it
        ini = configparser.RawConfigParser(default_section='\0')
        ini.optionxform = str
        for name, options in sections(cloud, venv).items():
            ini[name] = {key: str(value) for key, value in options.items()}
        with cloud.config_file(service).open('w') as file:
            ini.write(file)
