"""What a cloud is made of right now."""

import json
import pathlib
import typing

from tests.minicloud import api
from tests.minicloud import faults
from tests.minicloud import layout
from tests.minicloud import process
from tests.minicloud import ready

Found = dict[str, typing.Any]


def _process(cloud: layout.Cloud, service: str) -> Found:
    """Give the service's pid, port, memory in MiB, and threads."""
    pid = process.pid(cloud, service)
    found = {'service': service, 'port': cloud.ports[service], 'pid': pid}
    if pid is None:
        return {**found, 'rss_mib': 0, 'threads': 0, 'state': 'down'}
    text = pathlib.Path(f'/proc/{pid}/status').read_text()
    fields = dict(line.split(':', 1) for line in text.splitlines())
    stopped = fields['State'].split()[0] in 'Tt'
    return {
        **found,
        'rss_mib': int(fields['VmRSS'].split()[0]) // 1024,
        'threads': int(fields['Threads']),
        'state': 'stopped' if stopped else 'runs',
    }


def collect(cloud: layout.Cloud) -> Found:
    """Give processes, total memory, the services' states, and faults."""
    processes = [_process(cloud, name) for name in layout.SERVICES]
    services = []
    # a stopped or missing one would make us wait
    if all(each['state'] == 'runs' for each in processes):
        services = [
            {
                key: each[key]
                for key in ('service', 'binary', 'host', 'status', 'state')
            }
            for each in ready.service_states(api.Session(cloud))
        ]
    return {
        'processes': processes,
        'rss_mib': sum(each['rss_mib'] for each in processes),
        'services': services,
        'faults': faults.armed(cloud.root),
    }


def _table(found: Found) -> str:
    row = '{service:<11}{state:<9}{pid:>8}{port:>7}{rss_mib:>6} MiB'
    lines = [
        row.format_map({**each, 'pid': each['pid'] or '-'})
        for each in found['processes']
    ]
    lines.append(f'{"total":<11}{found["rss_mib"]:>30} MiB')
    row = '{binary:<18}{host:<18}{status:<10}{state}'
    lines += [row.format_map(each) for each in found['services']]
    lines += [f'fault: {json.dumps(each)}' for each in found['faults']]
    return '\n'.join(lines)


FORMATS = {
    'table': _table,
    'json': lambda found: json.dumps(found, indent=1),
}
