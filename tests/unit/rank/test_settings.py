"""What the operator may write in [rank], and what not."""

from oslo_config import cfg
import pytest

from snapfault import conf as options
from snapfault.rank import run


def configured(folder, text):
    path = folder / 'snapfault.conf'
    path.write_text(f'[rank]\n{text}\n')
    conf = cfg.ConfigOpts()
    options.register_opts(conf)
    conf([], project='snapfault', default_config_files=[str(path)])
    return run.settings(conf)


SETTINGS = [
    ('', run.Settings({}, 10.0)),
    ('patience = 0.5', run.Settings({}, 0.5)),
    ('patience = 0', run.Settings({}, 0.0)),
    ('multipliers =', run.Settings()),
    ('multipliers = rpo:2', run.Settings({'rpo': 2.0})),
    (
        'multipliers = rpo:0, performance:-1.5',
        run.Settings({'rpo': 0.0, 'performance': -1.5}),
    ),
]


@pytest.mark.parametrize(('text', 'expected'), SETTINGS)
def test_settings(tmp_path, text, expected):
    assert configured(tmp_path, text) == expected


WRONG = [
    'patience = -1',
    'patience = nan',
    'patience = inf',
    'patience = soon',
    'multipliers = rpo',
    'multipliers = rpo:',
    'multipliers = rpo:much',
    'multipliers = rpo:nan',
    'multipliers = rpo:-inf',
    'multipliers = rpo:1e999',
    'multipliers = rpo:1,rpo:2',
]


@pytest.mark.parametrize('text', WRONG)
def test_what_cannot_be(tmp_path, text):
    with pytest.raises(cfg.ConfigFileValueError):
        configured(tmp_path, text)
