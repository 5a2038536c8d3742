"""What messages and pages tell people to run."""

import pytest

from tests.functional.osc import advice

CLI = 'doc/source/cli/index.rst'


def wrong(told, is_whole=True):
    """Name what of it no command takes, and where it stands."""
    return [
        f'{where}: {program} {line}: {why}'
        for where, program, line in told
        if (why := advice.refusal(program, line, is_whole))
        and not line.startswith(advice.ELSEWHERE)
    ]


def test_what_messages_tell_people_to_run_can_be_run():
    told = list(advice.told_in_code())
    assert len({where for where, _, _ in told}) > 15
    assert wrong(told) == []


def test_what_pages_show_to_be_typed_can_be_typed():
    told = list(advice.told_in_pages(advice.TYPED))
    assert {program for _, program, _ in told} == {
        'openstack',
        'snapfault-manage',
        'snapfault-status',
    }
    assert len(told) > 100
    assert wrong(told) == []


def test_an_option_is_looked_at_though_a_value_is_left_out():
    line = 'protection set --delegate'
    assert '--delegate' in advice.refusal('openstack', line, is_whole=False)
    line = 'protection set --delegation'
    assert advice.refusal('openstack', line, is_whole=False) == ''


def test_what_pages_name_in_a_sentence_is_there():
    told = list(advice.told_in_pages(advice.LITERAL))
    assert len(told) > 30
    assert wrong(told, is_whole=False) == []


def test_every_command_has_an_example(commands):
    told = [
        line
        for where, _, line in advice.told_in_pages(advice.TYPED)
        if where == CLI
    ]
    for name in commands:
        assert any(f'{line} '.startswith(f'{name} ') for line in told), name


@pytest.mark.parametrize(
    ('line', 'why'),
    [
        ('protection sat shop', 'is no command'),
        ('protection', 'is no command'),
        ('protection set shop --delegate trust', '--delegate'),
        ('protection set shop --delegation faith', 'invalid choice'),
        ('protection set --delegation trust', 'required: <protection>'),
        ('server unlock', 'required: <server>'),
        ('volume set --attach X', '--attach'),
    ],
)
def test_advice_that_cannot_be_followed_is_found(line, why):
    assert why in advice.refusal('openstack', line, is_whole=True)


@pytest.mark.parametrize(
    ('program', 'line'),
    [
        ('snapfault-manage', 'db sink'),
        ('snapfault-manage', 'db purge --before 90'),
        ('snapfault-status', 'upgrade'),
    ],
)
def test_so_is_that_for_operators(program, line):
    assert advice.refusal(program, line, is_whole=True)


def test_a_message_is_read_to_where_its_sentence_goes_on(tmp_path):
    module = tmp_path / 'module.py'
    module.write_text(
        '"""Not openstack this one."""\n'
        "TEXT = f'once {why}: openstack recovery retry {one}; then rest,'\\\n"
        "    ' or `openstack recovery abort'\\\n"
        "    f' {one}` ends it'\n"
    )
    (text,) = advice.messages(module)
    assert [line for _, line in advice.TOLD.findall(text)] == [
        'recovery retry X',
        'recovery abort X',
    ]
