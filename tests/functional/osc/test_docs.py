"""What the documentation tells people to type."""

import importlib.metadata
import re
import shlex

import pytest

from tests.functional.osc import conftest

PAGES = (
    'doc/source/cli/index.rst',
    'doc/source/user/index.rst',
    'doc/source/admin/delegations.rst',
    'doc/source/admin/storms.rst',
    'doc/source/user/consistency.rst',
    'doc/source/user/drills.rst',
    'doc/source/user/faults.rst',
    'doc/source/user/ways.rst',
    'doc/source/user/undo.rst',
    'README.rst',
)
LINE = re.compile(
    r'^ +(?:\$ )?openstack ((?:protection|recovery) (?:[^\\\n]|\\\n)*)', re.M
)


def lines(page):
    """Give the lines of a page that call one of our commands."""
    text = (conftest.ROOT / page).read_text()
    return [line.replace('\\\n', ' ') for line in LINE.findall(text)]


@pytest.mark.parametrize('page', PAGES)
def test_what_is_told_can_be_typed(commands, page):
    assert lines(page)
    for line in lines(page):
        name = max(
            (name for name in commands if f'{line} '.startswith(f'{name} ')),
            key=len,
        )
        point = importlib.metadata.EntryPoint(name, commands[name], 'any')
        parser = point.load()(None, None).get_parser(name)
        parser.parse_args(shlex.split(line.removeprefix(name)))


def test_every_command_has_an_example(commands):
    told = lines(PAGES[0])
    for name in commands:
        assert any(f'{line} '.startswith(f'{name} ') for line in told), name
