"""What lint finds of the sins that bandit knows, as the code is linted."""

import json
import pathlib
import subprocess
import sys

CHECKOUT = pathlib.Path(__file__).parents[2]
#: Each line is a sin, and the rule of ruff (bandit's, with an S) that says so.
SINS = {
    'import pickle; pickle.loads(text)': 'S301',
    'import marshal; marshal.loads(text)': 'S302',
    'hashlib.md5(text)': 'S324',
    'eval(text)': 'S307',
    'exec(text)': 'S102',
    'import xml.etree.ElementTree as tree; tree.parse(text)': 'S314',
    'requests.get(text, verify=False, timeout=1)': 'S501',
    'requests.get(text)': 'S113',
    'yaml.load(text)': 'S506',
    'subprocess.run(text, shell=True)': 'S602',
    'os.system(text)': 'S605',
    'random.random()': 'S311',
    'password = "secret"': 'S105',
    'open("/tmp/x")': 'S108',
    'socket.bind(("0.0.0.0", 80))': 'S104',
    'session.execute(f"select {text} from x")': 'S608',
    'ssl._create_unverified_context()': 'S323',
    'os.chmod(text, 0o777)': 'S103',
    'tempfile.mktemp()': 'S306',
    'jinja2.Environment(autoescape=False)': 'S701',
}
IMPORTS = (
    'import hashlib, jinja2, os, random, requests, socket, ssl, subprocess,'
    ' tempfile, yaml\n'
)


def found_in(text):
    """Lint a text as if it were a module of ours; give rules by line."""
    ran = subprocess.run(
        [
            str(pathlib.Path(sys.executable).with_name('ruff')),
            'check',
            '--no-cache',
            '--output-format=json',
            '--stdin-filename=snapfault/api/sinner.py',
            '-',
        ],
        input=text,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        check=False,
    )
    found = {}
    for each in json.loads(ran.stdout):
        found.setdefault(each['location']['row'], set()).add(each['code'])
    return found


def test_lint_knows_the_sins():
    found = found_in(IMPORTS + '\n'.join(SINS))
    missed = {
        sin: rule
        for row, (sin, rule) in enumerate(SINS.items(), start=2)
        if rule not in found.get(row, ())
    }
    assert missed == {}


def test_no_sin_of_ours_is_waved_through():
    """An exception is a decision: who needs one writes it here."""
    allowed = set()
    waved = {
        f'{path.relative_to(CHECKOUT)}:{line.strip()}'
        for path in (CHECKOUT / 'snapfault').rglob('*.py')
        for line in path.read_text().splitlines()
        if 'noqa' in line and ' S' in line.partition('noqa')[2]
    }
    assert waved == allowed
