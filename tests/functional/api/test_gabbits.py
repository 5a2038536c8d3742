"""Run the gabbi files: one noun a file, told as a caller would.

Each file is one test. gabbi's own way into pytest changes how the tests of
all other files are collected, so unittest runs them within.
"""

import pathlib
import unittest

from gabbi import handlers
from gabbi import suitemaker
import pytest
import yaml

from tests.functional.api import gabbi_fixtures

FILES = sorted(pathlib.Path(__file__).parent.glob('gabbits/*.yaml'))


@pytest.mark.parametrize('file', FILES, ids=lambda each: each.stem)
def test_file(file):
    suite = suitemaker.test_suite_from_dict(
        unittest.TestLoader(),
        file.stem,
        yaml.safe_load(file.read_text()),
        str(file.parent),
        file.stem,
        8001,
        gabbi_fixtures,
        gabbi_fixtures.application,
        handlers=[each() for each in handlers.RESPONSE_HANDLERS],
    )
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun == suite.countTestCases()
    problems = [*result.failures, *result.errors]
    assert not problems, '\n'.join(
        f'{test}: {text}' for test, text in problems
    )
