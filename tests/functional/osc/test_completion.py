"""What a shell completes, by what the client itself writes for it."""

import subprocess

import pytest

from tests.functional.osc import advice

#: Press the tabulator behind some words, and print what is offered.
TAB = """
_get_comp_words_by_ref() {
    words=("${TYPED[@]}") cur=${TYPED[-1]} prev=${TYPED[-2]}
}
source "$1"; shift
TYPED=("$@")
_openstack
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def written(run, tmp_path):
    """Have the client write its completion, of the real entry points."""
    ran = run('complete')
    assert ran.code == 0, ran.err
    file = tmp_path / 'openstack.bash_completion'
    file.write_text(ran.out)
    return file


def pressed(file, *words):
    """Give what bash offers behind words, the last of which is begun."""
    done = subprocess.run(
        ['bash', '-c', TAB, 'bash', file, 'openstack', *words],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


def test_commands_and_options_are_completed(written, commands):
    text = written.read_text()
    for name in commands:
        _, _, told = text.partition(f"\n  cmds_{name.replace(' ', '_')}='")
        offered = set(told.partition("'")[0].split())
        assert offered >= advice.options('openstack', name), name
    assert pressed(written, 'recov') == {'recovery'}
    assert pressed(written, 'recovery', 'p') == {'plan', 'point'}
    assert pressed(written, 'protection', 'policy', 'pr') == {'preview'}
    assert pressed(written, 'protection', 'run', '--w') == {'--wait'}
