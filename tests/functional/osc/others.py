"""Write down the commands of other plugins of the client, from their wheels.

    uv pip install --no-deps --target FOLDER python-heatclient ...
    python -m tests.functional.osc.others FOLDER > others.txt

Installed beside ours they would make every run of the client in the tests
slower, and there are many; a clash is one of names.
"""

import importlib.metadata
import sys

#: What of a plugin's entry points is no command.
NO_COMMANDS = ('openstack.cli.extension', 'openstack.cli.base')


def commands(distribution):
    """Give the commands of a distribution, in order."""
    return sorted(
        {
            point.name.replace('_', ' ')
            for point in distribution.entry_points
            if point.group.startswith('openstack.')
            and point.group not in NO_COMMANDS
        }
    )


def main(folder):
    """Print each distribution with its version, then its commands."""
    found = importlib.metadata.distributions(path=[folder])
    for each in sorted(found, key=lambda each: each.name):
        if commands(each):
            print(each.name, each.version)
            for name in commands(each):
                print(f'  {name}')


if __name__ == '__main__':
    main(sys.argv[1])
