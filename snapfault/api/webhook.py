"""Webhooks: what anybody may say of a service who knows its address.

The secret in the address is all the proof there is, so it needs no token of
Keystone, which an alarm's sender has not; only its SHA-256 is kept. What is
said is a hint: a worker looks, and the policy and its fresh read decide.
"""

import dataclasses
import datetime
import hashlib
import hmac
import re
import secrets
import typing

from oslo_config import cfg
import webob
import webob.dec

from snapfault import clock
from snapfault import errors
from snapfault import model
from snapfault.api import backend
from snapfault.api import faults
from snapfault.api import validation
from snapfault.api.schemas import webhook as schema
from snapfault.db import evidence
from snapfault.db import removal
from snapfault.db import webhooks

PATH: typing.Final = re.compile(r'/v1/webhooks/([^/]+)/([^/]+)')
LARGEST: typing.Final = 64 * 1024  #: bytes of a body
LONGEST: typing.Final = 500  #: characters kept of what is said
MOST: typing.Final = 20  #: things said of one service at once
#: Compared with where there is no webhook, so that it takes as long.
NOBODYS: typing.Final = hashlib.sha256(b'').hexdigest()

_AODH = validation.Validator(schema.AODH)
_PLAIN = validation.Validator(schema.PLAIN)


@dataclasses.dataclass(frozen=True)
class Said:
    """What one request says."""

    finding: str
    detail: str
    is_alarm: bool  #: else that it is over


def new_secret() -> str:
    """Give 256 random bits, as an address may hold them."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Webhooks:
    """Answers what is posted to webhooks, and leaves the rest."""

    def __init__(
        self,
        application: typing.Any,
        conf: cfg.ConfigOpts,
        behind: backend.Backend,
    ) -> None:
        """Wrap an application."""
        self._application = application
        self._behind = behind
        self._lasts = datetime.timedelta(seconds=conf.watch.hint_lasts)

    @webob.dec.wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        """Answer one request; what is wrong rises to the guard."""
        match = PATH.fullmatch(request.path_info)
        if match is None:
            return request.get_response(self._application)
        if request.method != 'POST':
            raise faults.Refusal(
                405, f'{request.method} means nothing here.', Allow='POST'
            )
        protection = self._admitted(*match.groups())
        said = _read(request)
        self._keep(protection, said)
        if said.is_alarm:
            self._behind.wake()
        response = webob.Response(status=204)
        del response.content_type
        return response

    def _admitted(self, protection_id: str, secret: str) -> model.Protection:
        """Give the protection whose address this is.

        :raises Refusal: it is nobody's; a wrong id and a wrong secret are
            told apart neither by the answer nor by its time
        """
        if '\0' in protection_id:  # PostgreSQL takes no such text
            raise faults.Refusal(404, 'There is no such webhook.')
        kept, protection = webhooks.find(self._behind.database, protection_id)
        is_right = hmac.compare_digest(hash_of(secret), kept or NOBODYS)
        if protection is None or not is_right:
            raise faults.Refusal(404, 'There is no such webhook.')
        return protection

    def _keep(self, protection: model.Protection, said: Said) -> None:
        removal.check_stays(protection.business_id, protection.ending_at)
        database, now = self._behind.database, clock.now()
        source = model.Source.WEBHOOK
        if not said.is_alarm:
            evidence.withdraw(database, [protection.id], source, said.finding)
            return
        current = evidence.current(database, [protection.id], now)
        known = {
            each.finding
            for each in current.get(protection.id, ())
            if each.source is source
        }
        if len(known) >= MOST and said.finding not in known:
            raise errors.Conflict(
                f'{MOST} things are said of this service already: wait until'
                ' some expire'
            )
        evidence.say(
            database,
            protection,
            evidence.Said(source, said.finding, said.detail, self._lasts),
            now,
        )


def _read(request: webob.Request) -> Said:
    """Read an alarm of Aodh, or a finding.

    :raises Refusal: it is too long, or no JSON
    :raises InvalidInput: it is neither
    """
    raw = request.body_file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise faults.Refusal(413, faults.MEANING[413])
    request.body = raw
    body = validation.read_body(request)
    if isinstance(body, dict) and 'alarm_id' in body:
        _AODH.check(body, 'body')
        name = body.get('alarm_name') or body['alarm_id']
        return _said(
            f'alarm-{body["alarm_id"]}',
            f'alarm {name}: {body.get("reason") or "no reason given"}',
            body['current'],
        )
    _PLAIN.check(body, 'body')
    return _said(
        body['finding'],
        body.get('detail') or body['finding'],
        body.get('current', 'alarm'),
    )


def _said(finding: str, detail: str, current: str) -> Said:
    """Keep a sentence short, and on one line."""
    line = ' '.join(detail.replace('\x00', ' ').split())
    return Said(finding, line[:LONGEST], current == 'alarm')
