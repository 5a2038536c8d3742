"""Secrets are closed by the first key and opened by any."""

import pytest

from snapfault import seal

OLD, NEW = seal.new_key(), seal.new_key()


def test_there_and_back():
    sealing = seal.Seal([NEW])
    closed = sealing.close('hush', 'row')
    assert 'hush' not in closed
    assert sealing.open(closed, 'row') == 'hush'
    assert sealing.close('hush', 'row') != closed


@pytest.mark.parametrize(
    ('keys', 'owner', 'says'),
    [
        ([NEW], 'row', 'no key'),
        ([], 'row', 'no key'),
        ([OLD], 'other', 'another row'),
    ],
)
def test_what_does_not_open(keys, owner, says):
    closed = seal.Seal([OLD]).close('hush', 'row')
    with pytest.raises(ValueError, match=says):
        seal.Seal(keys).open(closed, owner)


def test_what_was_changed_does_not_open():
    sealing = seal.Seal([OLD])
    closed = sealing.close('hush', 'row')
    with pytest.raises(ValueError, match='no key'):
        sealing.open(f'{closed[:-9]}AAAAAAAA=', 'row')


def test_a_new_key_in_front():
    closed = seal.Seal([OLD]).close('hush', 'row')
    renewed = seal.Seal([NEW, OLD]).renew(closed)
    assert seal.Seal([NEW]).open(renewed, 'row') == 'hush'
    with pytest.raises(ValueError, match='no key'):
        seal.Seal([NEW]).renew(closed)


@pytest.mark.parametrize('key', ['', 'short', 'hush' * 11])
def test_what_is_no_key_is_not_said_back(key):
    with pytest.raises(ValueError, match='32 bytes') as caught:
        seal.Seal([key])
    assert not key or key not in str(caught.value)


def test_without_a_key_nothing_is_closed():
    assert not seal.Seal([]).has_keys
    with pytest.raises(ValueError, match='no key'):
        seal.Seal([]).close('hush', 'row')
