"""What messages and pages tell people to run, and the parsers that take it."""

import argparse
import ast
import configparser
import contextlib
import functools
import importlib.metadata
import io
import pathlib
import re
import shlex

from snapfault.cmd import manage

ROOT = pathlib.Path(__file__).parents[3]
#: Where the client finds its commands with the API versions of its default.
GROUPS = (
    'openstack.common',
    'openstack.compute.v2',
    'openstack.identity.v3',
    'openstack.image.v2',
    'openstack.network.v2',
    'openstack.object_store.v1',
    'openstack.volume.v3',
)
PROGRAM = r'(openstack|snapfault-manage|snapfault-status) '
#: Of a message: up to where the sentence, or the quotation, goes on.
TOLD = re.compile(
    rf'(?<![\w./-]){PROGRAM}(.*?)(?=[`\'");]|[,.:] |[.,:]?$| &&)'
)
#: Of a page: a literal within a sentence, and a line that is to be typed.
LITERAL = re.compile(rf'``{PROGRAM}([^`]*)``')
TYPED = re.compile(
    rf'^ +(?:\$ )?{PROGRAM}((?:[^\\\n|>]|\\\n)*)(?: [|>].*)?$', re.M
)
#: What argparse says of a value that is not there.
LACKS = ('arguments are required', 'is required', 'expected one argument')
#: What stands for a value that a message fills in.
VALUE = 'X'
#: What the client has of its own, without a plugin.
OWN = frozenset({'complete', '--help'})
#: What pages use of plugins that are not installed beside ours.
ELSEWHERE = ('alarm create ',)  # python-aodhclient's


def messages(path):
    """Give the texts of a module, with docstrings left out."""
    tree = ast.parse(path.read_text())
    inner = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr | ast.JoinedStr)
        for part in ast.iter_child_nodes(node)
    }
    for node in ast.walk(tree):
        if id(node) in inner:
            continue
        if isinstance(node, ast.JoinedStr):
            yield ''.join(
                part.value if isinstance(part, ast.Constant) else VALUE
                for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def told_in_code():
    """Give (where, program, words) of what messages tell people to run."""
    for path in sorted((ROOT / 'snapfault').rglob('*.py')):
        for text in messages(path):
            text = ' '.join(text.split())
            for program, line in TOLD.findall(text):
                yield str(path.relative_to(ROOT)), program, line


def pages():
    """Give the pages for people: README, documentation, release notes."""
    return [
        *ROOT.glob('*.rst'),
        *sorted((ROOT / 'doc/source').rglob('*.rst')),
        *sorted((ROOT / 'releasenotes/notes').glob('*.yaml')),
        *sorted((ROOT / 'devstack').glob('*.rst')),
    ]


def told_in_pages(pattern):
    """Give (where, program, words) of what pages tell people to run."""
    for path in pages():
        for program, line in pattern.findall(path.read_text()):
            line = ' '.join(line.replace('\\\n', ' ').split())
            line = line.replace('$interface', 'public')  # of a loop
            yield str(path.relative_to(ROOT)), program, line


@functools.cache
def commands():
    """Give the commands of the openstack client: words to entry point.

    Ours are those of setup.cfg; the rest is installed.
    """
    found = {
        point.name.replace('_', ' '): point
        for distribution in importlib.metadata.distributions()
        for point in distribution.entry_points
        if point.group in GROUPS
    }
    settings = configparser.ConfigParser()
    settings.read(ROOT / 'setup.cfg')
    lines = settings['entry_points']['openstack.fault_tolerance.v1']
    for line in lines.strip().splitlines():
        name, target = line.split(' = ')
        point = importlib.metadata.EntryPoint(name, target, 'ours')
        found[name.replace('_', ' ')] = point
    return found


def is_family(program, line):
    """Whether several commands begin with these words."""
    return program == 'openstack' and any(
        name.startswith(f'{line} ') for name in commands()
    )


def refusal(program, line, is_whole):
    """Say why a command cannot be run as it is told; empty: it can.

    :param is_whole: whether values that are missing are amiss, too; those
        of a literal go without saying
    """
    if line in OWN or (not is_whole and is_family(program, line)):
        return ''
    told = io.StringIO()
    with contextlib.redirect_stderr(told):
        try:
            _parse(program, shlex.split(line))
        except SystemExit:
            pass
        except (LookupError, ValueError) as error:
            return str(error)
    text = told.getvalue().strip()
    if not is_whole and any(each in text for each in LACKS):
        strange = _options(line) - options(program, line)
        return f'no option {sorted(strange)}' if strange else ''
    return text.splitlines()[-1] if text else ''


def _options(line):
    return {
        word.partition('=')[0]
        for word in shlex.split(line)
        if word.startswith('--')
    }


def options(program, line):
    """Give the options that a command takes."""
    if program != 'openstack':
        return _options(line)  # all of theirs are given whole
    count, point = _command(shlex.split(line))
    name = ' '.join(line.split()[:count])
    parser = point.load()(None, None).get_parser(name)
    return set(parser._option_string_actions)


def _parse(program, words):
    if words[0] == '--config-file':
        words = words[2:]
    if program == 'snapfault-status':
        if words != ['upgrade', 'check']:
            raise LookupError(f'{words} is no command')
    elif program == 'snapfault-manage':
        parser = argparse.ArgumentParser(prog=program, allow_abbrev=False)
        manage._add_parsers(parser.add_subparsers(required=True))
        parser.parse_args(words)
    else:
        count, point = _command(words)
        name = ' '.join(words[:count])
        parser = point.load()(None, None).get_parser(name)
        parser.allow_abbrev = False
        parser.parse_args(words[count:])


def _command(words):
    """Give how many words name a command, and which it is."""
    for count in range(len(words), 0, -1):
        point = commands().get(' '.join(words[:count]))
        if point is not None:
            return count, point
    raise LookupError(f'{words} is no command')
