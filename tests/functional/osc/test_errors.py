"""Each command, when something is amiss: what to do is said, and done none."""

import pytest

from tests.functional.osc import conftest
from tests.functional.osc import standin

COMMANDS = sorted(conftest.command_targets())
#: What the service may say to any request, in its own words.
ANSWERS = (
    (400, 'policy.rpo: -1 is less than 1: mend it'),
    (401, 'The request needs a valid token.'),
    (403, 'Only an admin may: ask one.'),
    (409, 'It has a running task: wait for its end.'),
    (412, 'It was changed meanwhile: read it again, and decide anew.'),
    (413, 'The body of the request is too large.'),
    (429, 'Too many requests: try again in 3 s.'),
    (503, 'Cinder does not answer: try again later.'),
)


#: What is asked for nothing by its name: a filter that finds none is no error.
NAMELESS = {
    'protection export',
    'protection plan show',
    'protection policy create',
    'protection policy list',
    'protection policy preview',
    'recovery drill list',
    'recovery list',
    'recovery point list',
}


def fails(ran):
    """Whether a command fails as it should: in a line or two, and empty."""
    return (
        ran.code == 1 and ran.out == '' and 'Traceback' not in ran.err
    ) or pytest.fail(str(ran))


@pytest.mark.parametrize('name', COMMANDS)
def test_what_the_service_refuses(furnished, run, lines, name):
    at = COMMANDS.index(name)
    status, words = ANSWERS[at % len(ANSWERS)]
    furnished.refusal = [(status, standin.error(status, words))] * 9
    ran = run(lines[name])
    assert fails(ran)
    assert f'{words} [req-7] (HTTP {status})' in ran.err


@pytest.mark.parametrize(('status', 'words'), ANSWERS)
@pytest.mark.parametrize(
    'name', ['protection show', 'protection set', 'recovery create']
)
def test_every_refusal(furnished, run, lines, name, status, words):
    furnished.refusal = [None] + [(status, standin.error(status, words))] * 9
    if name == 'protection show':
        furnished.refusal.pop(0)
    ran = run(lines[name])
    assert fails(ran)
    assert f'{words} [req-7] (HTTP {status})' in ran.err


@pytest.mark.parametrize('name', COMMANDS)
def test_a_catalogue_without_the_service(furnished, run, lines, name):
    furnished.missing.add('fault-tolerance')
    ran = run(lines[name])
    assert fails(ran)
    assert 'no endpoint of the service type fault-tolerance' in ran.err
    assert furnished.asked == []


@pytest.mark.parametrize('name', COMMANDS)
def test_what_is_named_is_not_there(furnished, run, lines, name):
    for kept in furnished.kept.values():
        kept.clear()
    furnished.servers.clear()
    furnished.named['projects'].clear()
    ran = run(lines[name])
    if name in NAMELESS:
        assert ran.code == 0, ran.err
        return
    assert fails(ran)
    assert 'here is no ' in ran.err
    if {'gold', 'shop'} & set(lines[name].split()):
        assert "list' shows those" in ran.err
