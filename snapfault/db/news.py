"""News of a transaction: kept until it is committed, and told then."""

import collections.abc
import logging
import typing

from sqlalchemy import orm

from snapfault import model

LOG = logging.getLogger(__name__)

#: Hears news. It never raises, and it never waits.
Listener = collections.abc.Callable[[model.News], None]

_KEY: typing.Final = 'snapfault-news'
_LEVELS: typing.Final = {
    model.Level.INFO: logging.INFO,
    model.Level.WARNING: logging.WARNING,
    model.Level.ERROR: logging.ERROR,
    model.Level.CRITICAL: logging.CRITICAL,
}


def add(session: orm.Session, news: model.News) -> None:
    """Have it told if, and only if, the transaction is committed."""
    session.info.setdefault(_KEY, []).append(news)


def tell(
    session: orm.Session, listeners: collections.abc.Iterable[Listener]
) -> None:
    """Tell what the session's transaction brought, in order."""
    for news in session.info.pop(_KEY, ()):
        LOG.log(_LEVELS[news.level], '%s', news.text)
        for listener in listeners:
            listener(news)
