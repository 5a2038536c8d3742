"""The types and options of the tables' columns."""

import contextlib
import datetime
import json
import typing

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql


class Utc(sa.types.TypeDecorator[datetime.datetime]):
    """An aware time in UTC, kept as a naive one to the microsecond."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> typing.Any:
        """Choose what keeps microseconds, which MySQL drops by itself."""
        if dialect.name in ('mysql', 'mariadb'):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        if dialect.name == 'sqlite':  # it has no such type: text that sorts
            return dialect.type_descriptor(sa.String(26))
        return dialect.type_descriptor(sa.DateTime())

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: sa.Dialect
    ) -> datetime.datetime | str | None:
        """Refuse a naive time: nobody knows what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f'{value} has no time zone')
        naive = value.astimezone(datetime.UTC).replace(tzinfo=None)
        if dialect.name == 'sqlite':
            return naive.isoformat(' ', 'microseconds')
        return naive

    def process_result_value(
        self, value: typing.Any, dialect: sa.Dialect
    ) -> datetime.datetime | None:
        """Give the time back aware; text that is no time as it is.

        ``base.values`` then fails on it, so that it hides no other row.
        """
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = datetime.datetime.fromisoformat(value)
        if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=datetime.UTC)
        return typing.cast('datetime.datetime | None', value)


class Json(sa.types.TypeDecorator[typing.Any]):
    """A value kept as JSON text; NaN is refused, a broken row named."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> typing.Any:
        """Choose what holds a long journal: MySQL's TEXT ends at 64 KiB."""
        if dialect.name in ('mysql', 'mariadb'):
            return dialect.type_descriptor(mysql.MEDIUMTEXT())
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(
        self, value: typing.Any, dialect: sa.Dialect
    ) -> str:
        """Write it in one way only, so that equal values are equal text."""
        return json.dumps(value, sort_keys=True, allow_nan=False)

    def process_result_value(
        self, value: str | None, dialect: sa.Dialect
    ) -> typing.Any:
        """Read it; text that is no JSON is given as it is.

        The row's ``to_model`` then fails on it, and names the row.
        """
        try:
            return json.loads(value or 'null', parse_constant=_refuse)
        except ValueError:
            return value


class Labels(Json):
    """A short list of texts; short, so that MySQL lets it have a default."""

    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> typing.Any:
        """Hold what ten labels of 64 characters take."""
        return dialect.type_descriptor(sa.String(1000))


LabelList = typing.Annotated[
    typing.Any, orm.mapped_column(Labels, server_default='[]')
]


def _refuse(constant: str) -> typing.NoReturn:
    raise ValueError(f'{constant} is no JSON')


#: Names differ by case, and hold any letter, on MySQL too.
OPTIONS: typing.Final[dict[str, typing.Any]] = {
    f'{name}_{option}': value
    for name in ('mysql', 'mariadb')
    for option, value in (
        ('engine', 'InnoDB'),
        ('charset', 'utf8mb4'),
        ('collate', 'utf8mb4_bin'),
    )
}
