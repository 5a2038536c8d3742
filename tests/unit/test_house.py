"""The house rules that no linter knows."""

import ast
import contextlib
import importlib
import pathlib
import runpy

import pytest

CHECKOUT = pathlib.Path(__file__).parents[2]
MOST_LINES_OF_A_MODULE = 300
MOST_LINES_OF_A_FUNCTION = 40
MODULES = sorted(
    path.relative_to(CHECKOUT)
    for room in ('snapfault', 'tests/minicloud')
    for path in (CHECKOUT / room).rglob('*.py')
)


def long_functions(text, most=MOST_LINES_OF_A_FUNCTION):
    """Name the functions of a module that are too long, docstrings and all."""
    return {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= most
    }


@pytest.mark.parametrize('module', MODULES, ids=str)
def test_a_module_and_its_functions_fit_the_eye(module):
    text = (CHECKOUT / module).read_text()
    lines = text.count('\n')
    assert lines <= MOST_LINES_OF_A_MODULE
    assert long_functions(text) == {}


def test_the_rule_counts_every_line_of_a_function():
    text = 'def f():\n    """Doc."""\n\n    return 1\n'
    assert long_functions(text, most=4) == {}
    assert long_functions(text, most=3) == {'f': 4}


def test_both_rooms_were_looked_at():
    assert {module.parts[0] for module in MODULES} == {'snapfault', 'tests'}


def test_every_test_has_a_runner():
    runners = runpy.run_path(str(CHECKOUT / 'tools' / 'test'))['RUNNERS']
    run = {argument for each in runners for argument in each.command}
    rooms = {
        f'tests/{path.relative_to(CHECKOUT / "tests").parts[0]}'
        for path in (CHECKOUT / 'tests').rglob('test_*.py')
    }
    assert rooms - run == set()


def modules_of(tree):
    """Give the modules of snapfault that a text imports, by name there."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        if not f'{node.module}.'.startswith('snapfault.'):
            continue
        for each in node.names:
            with contextlib.suppress(ModuleNotFoundError):
                found[each.asname or each.name] = importlib.import_module(
                    f'{node.module}.{each.name}'
                )
    return found


def missing_names(text):
    """Name what a text asks of a module of snapfault that has no such."""
    tree = ast.parse(text)
    modules = modules_of(tree)
    return {
        f'{node.value.id}.{node.attr}'
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
        and not hasattr(modules[node.value.id], node.attr)
    }


@pytest.mark.parametrize('room', ['tests', 'bench'])
def test_what_is_asked_of_our_modules_is_there(room):
    """What is not typed asks by names, and may run long before it does."""
    wrong = {
        str(path.relative_to(CHECKOUT)): missing
        for path in sorted((CHECKOUT / room).rglob('*.py'))
        if (missing := missing_names(path.read_text()))
    }
    assert wrong == {}


def test_the_rule_sees_a_name_that_was_moved():
    text = 'from snapfault.db import {0}\n{0}.UNFINISHED'
    assert missing_names(text.format('makings')) == set()
    assert missing_names(text.format('points')) == {'points.UNFINISHED'}
