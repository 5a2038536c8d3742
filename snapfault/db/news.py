"""News of a transaction: kept until it is committed, and told then."""

import collections.abc
import datetime
import enum
import logging
import typing

from sqlalchemy import orm

from snapfault import model
from snapfault import secret

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


#: Ends of a point or a drill that somebody should look at.
_UNWELL: typing.Final = ('failed', 'lost', 'refused')


class Moved(typing.Protocol):
    """A drill or a recovery point, as it stands now."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def project_id(self) -> str:
        """Whose it is."""

    @property
    def business_id(self) -> str:
        """What service it is of."""

    @property
    def status(self) -> enum.StrEnum:
        """Where it stands now."""

    @property
    def reason(self) -> str:
        """Why."""


def moved(
    session: orm.Session,
    noun: str,
    what: Moved,
    now: datetime.datetime,
) -> None:
    """Have a move of a status told to those who listen, not to the log.

    :param noun: such as 'drill'
    """
    payload = {
        f'{noun}_id': what.id,
        'project_id': what.project_id,
        'business_id': what.business_id,
        'status': str(what.status),
        'reason': secret.blot(what.reason),
        'at': now.isoformat(),
    }
    is_well = what.status not in _UNWELL
    level = model.Level.INFO if is_well else model.Level.WARNING
    add(session, model.News(f'{noun}.{what.status}', level, '', payload))


def tell(
    session: orm.Session, listeners: collections.abc.Iterable[Listener]
) -> None:
    """Tell what the session's transaction brought, in order."""
    for news in session.info.pop(_KEY, ()):
        if news.text:
            LOG.log(_LEVELS[news.level], '%s', news.text)
        for listener in listeners:
            listener(news)
