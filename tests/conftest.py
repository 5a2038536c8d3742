"""What every runner says of itself."""

import random

import hypothesis
import pytest

# How long an example takes says more of the machine than of us.
hypothesis.settings.register_profile(
    'any machine',
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile('any machine')


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Choose the seed of all that is random, unless one was given.

    Before hypothesis reads its option; ``--hypothesis-seed`` with the
    printed number runs the same examples again.
    """
    if config.getoption('--hypothesis-seed', None) is None:
        config.option.hypothesis_seed = str(random.randrange(2**32))


def pytest_report_header(config):
    """Print the seed."""
    return f'seed: --hypothesis-seed={config.option.hypothesis_seed}'
