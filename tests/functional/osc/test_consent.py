"""What destroys asks first: a person, or nobody, or not with --yes."""

import io
import sys

import pytest

from tests.functional.osc import advice
from tests.functional.osc import table


def is_loss(request):
    """Whether a request deletes, rebuilds or replaces something."""
    method, path, _ = request
    if method == 'DELETE':
        return True
    return (
        method == 'POST'
        and path.startswith('/v1/recoveries')
        and not path.endswith('/abort')
    )


#: One line for each command that asks, with what it sends in the end.
ASKING = {
    line.split(' --yes')[0]: (line.replace(' --yes', ''), asked)
    for line, asked in table.CASES
    if ' --yes' in line
}


def test_every_command_that_destroys_asks_unless_told_not_to():
    for line, asked in table.CASES:
        asks = ' --yes' in line
        assert asks == any(is_loss(each) for each in asked), line


def test_and_no_other_has_the_option(commands):
    having = {
        name
        for name in commands
        if '--yes' in advice.options('openstack', name)
    }
    assert having == {*ASKING, 'protection import'}


@pytest.mark.parametrize('name', ASKING)
def test_nobody_is_there_to_be_asked(furnished, run, monkeypatch, name):
    monkeypatch.setattr(sys, 'stdin', io.StringIO('y\n'))
    ran = run(ASKING[name][0])
    assert ran.code == 1
    assert 'there is no terminal to ask for a yes on' in ran.err
    assert 'give --yes to do it unasked' in ran.err
    assert not any(is_loss(each) for each in furnished.asked)


@pytest.mark.parametrize('name', ASKING)
def test_somebody_says_no(furnished, run, terminal, name):
    terminal('n\n')
    ran = run(ASKING[name][0])
    assert ran.code == 1
    assert '? [y/N] ' in ran.err
    assert 'Nothing was done.' in ran.err
    assert (ran.out, [e for e in furnished.asked if is_loss(e)]) == ('', [])


@pytest.mark.parametrize('name', ASKING)
def test_somebody_says_yes(furnished, run, terminal, name):
    terminal('Y\n')
    line, asked = ASKING[name]
    ran = run(line)
    assert furnished.asked == asked
    assert ran.err.count('[y/N]') == 1
