"""Hear Nova's versioned notifications of what went wrong with a server.

They are hints: what one speaks of is looked at at once, and no more. A
message that is lost, comes twice, late or in pieces does no harm.
"""

import collections.abc
import contextlib
import datetime
import logging
import threading
import typing

from oslo_config import cfg
import oslo_messaging

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault import rpc
from snapfault.db import api
from snapfault.db import evidence
from snapfault.db import protections
from snapfault.db import recoveries

LOG = logging.getLogger(__name__)

TOPIC: typing.Final = 'versioned_notifications'
EXCHANGE: typing.Final = 'nova'  #: Nova's own default, which nobody changes
#: The workers' own queue, which they share: each message comes to one.
POOL: typing.Final = 'snapfault'
EVENTS: typing.Final = r'^(instance|compute_task)\..*\.error$'
#: For so long after a recovery what Nova complains of is the recovery's.
CALM: typing.Final = datetime.timedelta(minutes=2)
LONGEST: typing.Final = 500  #: characters kept of what is said

Data = collections.abc.Mapping[str, typing.Any]


class Endpoint:
    """What is done about a message."""

    filter_rule = oslo_messaging.NotificationFilter(event_type=EVENTS)

    def __init__(
        self,
        database: api.Database,
        lasts: datetime.timedelta,
        wake: collections.abc.Callable[[], None],
        now: collections.abc.Callable[[], datetime.datetime] = clock.now,
    ) -> None:
        """Keep what is heard as evidence for ``lasts``, and wake a worker."""
        self._database = database
        self._lasts = lasts
        self._wake = wake
        self._now = now

    def error(
        self,
        context: object,
        publisher_id: str,
        event_type: str,
        payload: typing.Any,
        metadata: typing.Any,
    ) -> None:
        """Hear one message; none makes the listener end."""
        try:
            self._hear(event_type, payload, metadata)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            LOG.warning(
                'A notification %r of %s makes no sense: %r',
                event_type,
                publisher_id,
                error,
            )
        except Exception:
            LOG.exception('A notification %s was not heard', event_type)

    def _hear(
        self, event_type: str, payload: typing.Any, metadata: typing.Any
    ) -> None:
        data: Data = payload['nova_object.data']
        server_id = data.get('uuid') or data['instance_uuid']
        if not isinstance(server_id, str):
            raise ValueError(f'no id of a server: {server_id!r}')
        now = self._now()
        sent_at = datetime.datetime.fromisoformat(metadata['timestamp'])
        if sent_at.tzinfo is None:  # as oslo.messaging writes it
            sent_at = sent_at.replace(tzinfo=datetime.UTC)
        if now - sent_at > self._lasts:
            LOG.info('%s of %s is old news', event_type, server_id)
            return
        said = evidence.Said(
            model.Source.NOTIFICATION,
            event_type[:255],
            f'Nova says {event_type}: {_why(data)}'[:LONGEST],
            self._lasts,
        )
        project_id = data.get('tenant_id')  # a task's payload has none
        for each in protections.of_server(
            self._database, project_id, server_id
        ):
            if self._is_ours(each, data.get('request_id'), now):
                LOG.info('%s of %s is our own', event_type, server_id)
                continue
            evidence.say(self._database, each, said, now)
            self._wake()

    def _is_ours(
        self,
        protection: model.Protection,
        request_id: object,
        now: datetime.datetime,
    ) -> bool:
        """Say whether a recovery of ours made Nova say so."""
        last = recoveries.list_page(
            self._database,
            protection.project_id,
            limit=2,
            business_id=protection.business_id,
        )
        return any(
            each.status in model.OPEN_RECOVERY
            or (each.finished_at is not None and now - each.finished_at < CALM)
            or any(request_id in step.request_ids for step in each.steps)
            for each in last
        )


def _why(data: Data) -> str:
    """Give what Nova says of the reason, on one line."""
    fault = data.get('fault') or data.get('reason') or {}
    told = (fault.get('nova_object.data') or {}).get('exception_message')
    return ' '.join(str(told or 'no reason given').split())


def make(
    conf: cfg.ConfigOpts,
    database: api.Database,
    wake: collections.abc.Callable[[], None],
) -> typing.Any:
    """Make the listener that ``[watch] notifications`` wants; None: none.

    :raises InvalidInput: it is wanted, and no bus is named
    """
    if not conf.watch.notifications:
        return None
    rpc.register_opts(conf)
    transport = oslo_messaging.get_notification_transport(conf)
    location = conf.get_location('transport_url')
    is_chosen = location is not None and location.location.is_user_controlled
    if not (conf.oslo_messaging_notifications.transport_url or is_chosen):
        raise errors.InvalidInput(
            '[watch] notifications is set, and no message bus is named: set'
            ' [oslo_messaging_notifications] transport_url to that of Nova'
        )
    lasts = datetime.timedelta(seconds=conf.watch.hint_lasts)
    return oslo_messaging.get_notification_listener(
        transport,
        [oslo_messaging.Target(topic=TOPIC, exchange=EXCHANGE)],
        [Endpoint(database, lasts, wake)],
        executor='threading',
        pool=POOL,
    )


@contextlib.contextmanager
def listening(listener: typing.Any) -> collections.abc.Iterator[None]:
    """Hear messages from when the bus first answers, until the end.

    :param listener: as :func:`make` gave it
    """
    started = threading.Event()

    def start() -> None:
        try:
            listener.start()
            started.set()
        except Exception:
            LOG.exception('Nova is not listened to; the watch goes on')

    if listener is not None:
        threading.Thread(target=start, name='hearing', daemon=True).start()
    try:
        yield
    finally:
        if started.is_set():
            rpc.leave(listener)
