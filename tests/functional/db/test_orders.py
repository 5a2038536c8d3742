"""Lists in each order that callers may ask for."""

import typing

import pytest
import sqlalchemy as sa

from snapfault.api.schemas import drill as drill_schema
from snapfault.api.schemas import policy as policy_schema
from snapfault.api.schemas import protection as protection_schema
from snapfault.api.schemas import recovery as recovery_schema
from snapfault.api.schemas import recovery_point as point_schema
from snapfault.api.schemas import task as task_schema
from snapfault.db import api
from snapfault.db import drills
from snapfault.db import pages
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.db import recoveries
from snapfault.db import tables
from snapfault.db import tasks
from tests.functional.db import samples
from tests.functional.db import test_statements

#: The moments, in seconds, that rows were made at: several at once.
MADE = (0, 3, 0, 2, 0, 0, -1)
LISTS: list[tuple[typing.Any, typing.Any, typing.Any]] = [
    (policies, tables.Policy, policy_schema.LIST),
    (protections, tables.Protection, protection_schema.LIST),
    (tasks, tables.Task, task_schema.LIST),
    (points, tables.Point, point_schema.LIST),
    (recoveries, tables.Recovery, recovery_schema.LIST),
    (drills, tables.Drill, drill_schema.LIST),
]


def keys(schema: typing.Any) -> list[str]:
    """Give what a list can be sorted by."""
    return [
        each
        for each in schema['properties']['sort']['enum']
        if ':' not in each
    ]


ORDERS = pytest.mark.parametrize(
    ('noun', 'table', 'key'),
    [
        pytest.param(noun, table, key, id=f'{table.__tablename__}-{key}')
        for noun, table, schema in LISTS
        for key in keys(schema)
    ],
)


def fill(database: api.Database) -> None:
    """Keep seven of each noun, some alike in what they are sorted by."""
    for number, seconds in enumerate(MADE):
        made = {'created_at': samples.after(seconds)}
        alike = {'business_id': 'ab'[number % 2], **made}
        owner = samples.kept_protection(database, **made)
        at = samples.after(seconds % 2)
        samples.kept_task(database, owner, at)
        points.create(database, samples.point(scheduled_at=at, **alike))
        recoveries.create(database, samples.recovery(owner, **alike))
        drills.create(database, samples.drill(owner, **alike))


@ORDERS
def test_pages_join_to_the_whole_list(
    database: api.Database, noun: typing.Any, table: typing.Any, key: str
) -> None:
    fill(database)
    for is_descending in (False, True):
        check(database, noun, pages.Order(key, is_descending))


def check(
    database: api.Database, noun: typing.Any, order: pages.Order
) -> None:
    """See that pages of any length are the whole list, in its order."""
    whole = noun.list_page(database, 'mine', limit=99, order=order)
    assert len(whole) == len(MADE)
    assert whole == sorted(
        whole,
        key=lambda each: (getattr(each, order.key), each.created_at, each.id),
        reverse=order.is_descending,
    )
    for limit in (1, 2, 3):
        assert samples.joined(database, noun, limit, order=order) == whole


@ORDERS
def test_each_order_has_its_index(
    noun: typing.Any, table: typing.Any, key: str
) -> None:
    """Else each page would cost a sort of the whole list."""
    assert not table.__table__.columns[key].nullable
    indexed = [
        tuple(column.name for column in each.columns)
        for each in (*table.__table__.indexes, *table.__table__.constraints)
        if isinstance(each, sa.Index | sa.UniqueConstraint)
    ]
    served = tuple(dict.fromkeys(('project_id', key, 'created_at', 'id')))
    # where one has each value once, nothing is left to order
    assert served in indexed or ('project_id', key) in indexed


@pytest.mark.parametrize('key', ['created_at', 'business_id'])
def test_a_page_costs_as_many_statements_in_any_order(
    database: api.Database, key: str
) -> None:
    fill(database)
    order = pages.Order(key, is_descending=True)
    first = points.list_page(database, 'mine', limit=3, order=order)
    with test_statements.counted(database) as statements:
        rest = points.list_page(
            database, 'mine', limit=3, marker=first[-1].id, order=order
        )
    assert len(rest) == 3
    # where the marker stands, the points, their members
    assert len(statements) == 3, statements
