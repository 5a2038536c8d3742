"""Run the gabbi files: one noun a file, told as a caller would.

Each file is one test. gabbi's own way into pytest changes how the tests of
all other files are collected, so unittest runs them within.
"""

import functools
import pathlib
import unittest

from gabbi import handlers
from gabbi import suitemaker
import pytest
import yaml

from snapfault.api import openapi
from tests.functional.api import gabbi_fixtures

FILES = sorted(pathlib.Path(__file__).parent.glob('gabbits/*.yaml'))


@functools.cache
def run(file):
    """Run a file once; gives what went wrong, and what was answered."""
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
    gabbi_fixtures.SEEN.clear()
    suite.run(result)
    assert result.testsRun == suite.countTestCases()
    problems = [*result.failures, *result.errors]
    return problems, frozenset(gabbi_fixtures.SEEN)


@pytest.mark.parametrize('file', FILES, ids=lambda each: each.stem)
def test_file(file):
    problems, _ = run(file)
    assert not problems, '\n'.join(
        f'{test}: {text}' for test, text in problems
    )


def test_each_operation_is_told_with_its_success():
    """A route that comes without its story fails here."""
    told = {
        (method, path)
        for file in FILES
        for method, path, status in run(file)[1]
        if status < 300
    }
    published = {
        (method.upper(), path)
        for path, operations in openapi.make_document()['paths'].items()
        for method in operations
    }
    assert sorted(published - told) == []
