"""Seconds between two times, in the words of each database."""

import typing

import sqlalchemy as sa
from sqlalchemy.ext import compiler
from sqlalchemy.sql import functions


class between(functions.GenericFunction[float]):
    """Give the seconds from the first time to the second."""

    type = sa.Double()
    inherit_cache = True
    name = 'seconds_between'


@compiler.compiles(between)
def _default(element: between, visitor: typing.Any, **kw: typing.Any) -> str:
    begin, end = _both(element, visitor, **kw)
    return f'EXTRACT(EPOCH FROM {end} - {begin})'


@compiler.compiles(between, 'sqlite')
def _sqlite(element: between, visitor: typing.Any, **kw: typing.Any) -> str:
    begin, end = _both(element, visitor, **kw)
    return f'((JULIANDAY({end}) - JULIANDAY({begin})) * 86400.0)'


@compiler.compiles(between, 'mysql')
@compiler.compiles(between, 'mariadb')
def _mysql(element: between, visitor: typing.Any, **kw: typing.Any) -> str:
    begin, end = _both(element, visitor, **kw)
    return f'(TIMESTAMPDIFF(MICROSECOND, {begin}, {end}) / 1000000.0)'


def _both(
    element: between, visitor: typing.Any, **kw: typing.Any
) -> tuple[str, str]:
    begin, end = element.clauses
    return visitor.process(begin, **kw), visitor.process(end, **kw)
