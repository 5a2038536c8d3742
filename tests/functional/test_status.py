"""``snapfault-status upgrade check``, in each way it can be."""

import dataclasses
import datetime
import logging
import re
import socket
import sys

import pytest

from snapfault import clock
from snapfault import model
from snapfault import seal
from snapfault import vault
from snapfault.cmd import status
from snapfault.db import api
from snapfault.db import task_claims
from snapfault.db import tasks
from snapfault.db import workers
from tests.functional import databases
from tests.functional import test_cmd
from tests.functional import test_rolling
from tests.functional.db import samples
from tests.functional.db import test_workers

CREDENTIAL = model.DelegationKind.APPLICATION_CREDENTIAL
CHECKS = (
    *('Schema of the database', 'Policy file is no JSON'),
    *('Rules in the policy file', 'Options in the files', 'Keystone'),
    *('Message broker', 'Encrypted secrets', 'Workers'),
)


class Place(test_cmd.Place):
    """A folder with a configuration, checked in this process."""

    def __init__(self, folder, url, monkeypatch, capsys):
        super().__init__(folder, url)
        self._patch = monkeypatch
        self._said = capsys
        self.database = api.Database(url)
        monkeypatch.chdir(folder)

    def check(self):
        """Give the exit code, and what is not well: check, code, details."""
        argv = ['snapfault-status', '--config-file', str(self.config)]
        self._patch.setattr(sys, 'argv', [*argv, 'upgrade', 'check'])
        code = status.main()
        text = self._said.readouterr().out
        found = {}
        for part in re.split(r'\+-+\+', text):
            said = ' '.join(each.strip('| ') for each in part.splitlines())
            match = re.search(r'Check: (.*?) Result: (\w+)(.*)', said)
            if match:
                found[match[1]] = (match[2], match[3].strip())
        assert set(found) == set(CHECKS)
        unwell = {k: v for k, v in found.items() if v[0] != 'Success'}
        assert 'm4rked' not in text
        return code, unwell


@pytest.fixture
def place(tmp_path, url, monkeypatch, capsys):
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    made = Place(tmp_path, url, monkeypatch, capsys)
    made.edit('password = secret', 'password = m4rked')
    yield made
    made.database.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_keystone_away_is_a_warning_and_all_else_is_well(place):
    code, unwell = place.check()
    assert code == 1
    assert set(unwell) == {'Keystone'}
    assert unwell['Keystone'][0] == 'Warning'


def _away(unwell):
    """Leave out Keystone, which is away in all of these tests."""
    assert unwell.pop('Keystone')[0] in ('Warning', 'Failure')
    ((name, (kind, details)),) = unwell.items()
    return name, kind, details


@pytest.mark.parametrize(
    ('file', 'text', 'name', 'kind', 'told'),
    [
        ('policy.yaml', '{"a": ""}', CHECKS[1], 'Failure', 'JSON'),
        ('policy.yaml', '"no:such": ""', CHECKS[2], 'Warning', 'no:such'),
        ('policy.yaml', '- a\n b: [', CHECKS[2], 'Failure', 'cannot be read'),
    ],
)
def test_a_policy_file(place, file, text, name, kind, told):
    (place.folder / file).write_text(text)
    place.edit('[api]', f'[oslo_policy]\npolicy_file = {file}\n[api]')
    code, unwell = place.check()
    assert code == (2 if kind == 'Failure' else 1)
    if text.startswith('{'):
        unwell.pop(CHECKS[2])  # the rule is unknown, too
    assert _away(unwell)[:2] == (name, kind)


def test_options_that_nobody_reads(place):
    place.edit('[api]', '[worker]\ntikc = 1\ntick = 2\n[no_such]\na=1\n[api]')
    code, unwell = place.check()
    assert code == 1
    assert _away(unwell) == (
        'Options in the files',
        'Warning',
        'Details: there is no [worker] tikc',
    )


def test_a_configuration_that_does_not_say_who_we_are(place):
    place.edit('[cloud]\nauth_type', '[cloud]\n#')
    code, unwell = place.check()
    assert code == 2
    assert unwell['Keystone'][0] == 'Failure'


def test_a_broker_that_takes_no_connection(place):
    with socket.create_server(('127.0.0.1', 0)) as listening:
        port = listening.getsockname()[1]
        url = f'rabbit://u:m4rked@127.0.0.1:{port}/'
        place.edit('[DEFAULT]', f'[DEFAULT]\ntransport_url = {url}')
        assert set(place.check()[1]) == {'Keystone'}
    name, kind, details = _away(place.check()[1])
    assert (name, kind) == ('Message broker', 'Warning')
    assert str(port) in details.replace(' ', '')


def test_a_schema_of_another_release(place):
    place.edit(place.url, databases.bare(place.folder))
    code, unwell = place.check()
    assert code == 2
    assert _away(unwell)[:2] == ('Schema of the database', 'Failure')


def test_a_schema_of_a_later_release(place):
    """While that is rolled out, those of this one may still start."""
    test_rolling.put_at(place.database, test_rolling.LATER)
    code, unwell = place.check()
    assert code == 1
    name, kind, details = _away(unwell)
    assert (name, kind) == ('Schema of the database', 'Warning')
    assert 'additions of a later release' in details


@pytest.mark.parametrize(
    ('keys', 'told'), [(None, 'opens'), ('another', 'opens'), ('x', 'base64')]
)
def test_secrets_that_no_key_opens(place, keys, told):
    good, another = seal.new_key(), seal.new_key()
    vault.Vault(place.database, seal.Seal([good])).keep(
        model.Delegation('mine', 'r7', CREDENTIAL),
        model.Credential('c7', 'm4rked', 'user', None),
        clock.now(),
    )
    line = f'[delegation]\nencryption_keys = {good}\n[api]'
    place.edit('[api]', line)
    assert set(place.check()[1]) == {'Keystone'}
    changed = another if keys == 'another' else keys or ''
    place.edit(f'= {good}', f'= {changed}')
    code, unwell = place.check()
    assert code == 2
    unwell.pop('Keystone')
    kind, details = unwell.pop('Encrypted secrets')
    assert unwell == {}
    assert kind == 'Failure'
    assert told in details
    assert changed == 'x' or 'r7' in details


def test_a_worker_that_died_with_something_in_hand(place):
    long_ago = clock.now() - datetime.timedelta(hours=1)
    dead = dataclasses.replace(test_workers.worker('dead'), host='node-7')
    workers.note(place.database, dead, long_ago)
    assert set(place.check()[1]) == {'Keystone'}
    task = samples.kept_task(place.database)
    assert task_claims.claim(place.database, task, 'dead', long_ago, long_ago)
    name, kind, details = _away(place.check()[1])
    assert (name, kind) == ('Workers', 'Warning')
    assert 'node-7 (7)' in details
    assert tasks.get(place.database, None, task.id).claimed_by == 'dead'
