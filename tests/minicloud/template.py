"""The databases of a new cloud, made once and copied for each.

Making them takes a minute, copying them less than a second.
"""

import json
import pathlib
import shutil

from tests.minicloud import clients
from tests.minicloud import commands
from tests.minicloud import config
from tests.minicloud import environment
from tests.minicloud import initialise
from tests.minicloud import layout
from tests.minicloud import ports
from tests.minicloud import process
from tests.minicloud import ready
from tests.minicloud import relocate
from tests.minicloud import seed

#: What of a cloud's folder makes up the template.
PARTS = ('databases', 'data', 'etc/fernet', 'etc/credential')
#: The sources that decide what is in it.
SOURCES = (
    'config.py',
    'initialise.py',
    'inside/schema.py',
    'inside/sqlite.py',
    'layout.py',
    'relocate.py',
    'resource_types.json',
    'seed.py',
    'template.py',
)


def path() -> pathlib.Path:
    """Give where the template for this lock and these sources is."""
    here = pathlib.Path(__file__).parent
    files = [environment.LOCK, *(here / name for name in SOURCES)]
    return environment.cache() / f'template-{environment.digest(*files)}'


def ensure(runner: commands.Runner, venv: pathlib.Path) -> pathlib.Path:
    """Make the template unless it is there; give its path."""
    template = path()
    if template.exists():
        return template
    with environment.locked(template.with_name(f'{template.name}.lock')):
        if not template.exists():
            _make(runner, venv, template)
    return template


def _make(
    runner: commands.Runner, venv: pathlib.Path, template: pathlib.Path
) -> None:
    root = template.with_name(f'{template.name}.unfinished')
    cloud = layout.Cloud(root, ports.choose())
    # one that was killed while making it may have left processes
    process.stop(cloud, layout.SERVICES)
    shutil.rmtree(root, ignore_errors=True)
    cloud.make_folders()
    config.write(cloud, venv)
    clients.write_info(cloud, {})
    try:
        initialise.create_databases(runner, cloud, venv)
        images = _fill(cloud, venv)
    finally:
        process.stop(cloud, layout.SERVICES)
    columns = relocate.detach(cloud)
    manifest = {'columns': columns, 'images': images}
    (root / 'manifest.json').write_text(json.dumps(manifest, indent=1))
    root.rename(template)


def _fill(cloud: layout.Cloud, venv: pathlib.Path) -> dict[str, str]:
    """Run the services for as long as seeding takes; give the images."""
    process.start(cloud, venv, ['keystone'])
    ready.wait_answering(cloud, 'keystone')
    seed.create_accounts(cloud)
    process.start(cloud, venv, layout.SERVICES)
    ready.wait_all_answering(cloud)
    ready.wait_up(cloud)
    return seed.create_resources(cloud)


def restore(template: pathlib.Path, cloud: layout.Cloud) -> dict[str, str]:
    """Give the cloud the template's contents in place of any it has.

    Gives the id of each image by its name.
    """
    for part in PARTS:
        shutil.rmtree(cloud.root / part, ignore_errors=True)
        shutil.copytree(template / part, cloud.root / part)
    manifest = json.loads((template / 'manifest.json').read_text())
    relocate.attach(cloud, manifest['columns'])
    return manifest['images']
