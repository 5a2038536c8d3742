"""How many requests a minute we answer, by ``[api]``; nothing else is kept.

Whoever bears a token is counted by its project, and who bears none by the
address. Each process counts for itself.
"""

import functools
import ipaddress
import math
import time
import typing

import limits
from limits import storage
from limits import strategies
from oslo_config import cfg
import webob
import webob.dec

from snapfault.api import faults
from snapfault.api import webhook

READS: typing.Final = frozenset({'GET', 'HEAD', 'OPTIONS'})
#: Of an IPv6 address; a customer usually has all that are alike in these.
PREFIX: typing.Final = 64
#: Tokens that were refused are counted apart from what needs none.
REFUSED: typing.Final = 'refused'


class Rates:
    """Counts requests; safe to share by threads."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        """Count nothing yet: a server may fork after it has loaded us."""
        self._take_up(conf)
        # Read again, and not at each request: of a file with a mistake the
        # numbers before stay.
        conf.register_mutate_hook(self._take_up)

    def _take_up(self, conf: cfg.ConfigOpts, *_fresh: object) -> None:
        self._numbers = {
            (kind, method): conf.api[f'{kind}_{method}']
            for kind in ('project', 'address')
            for method in ('reads', 'writes')
        }

    @functools.cached_property
    def _counter(self) -> strategies.RateLimiter:
        # Of the strategies the one whose counts a clock that is set back does
        # not hold for long.
        return strategies.SlidingWindowCounterRateLimiter(
            storage.MemoryStorage()
        )

    def count(self, request: webob.Request, *whose: str) -> None:
        """Count a request.

        :param whose: 'project' or 'address', then which
        :raises Refusal: 429: there were as many already as may be
        """
        rate = self._rate(request, whose[0])
        if rate is not None and not self._counter.hit(rate, *whose):
            self._refuse(rate, *whose)

    def check(self, request: webob.Request, *whose: str) -> None:
        """Refuse what :meth:`count` would, without counting it.

        :raises Refusal: 429
        """
        rate = self._rate(request, whose[0])
        if rate is not None and not self._counter.test(rate, *whose):
            self._refuse(rate, *whose)

    def _rate(
        self, request: webob.Request, kind: str
    ) -> limits.RateLimitItem | None:
        """Give what the options say now; None: there is no bound."""
        method = 'reads' if request.method in READS else 'writes'
        number = self._numbers[kind, method]
        if not number:
            return None
        return limits.RateLimitItemPerMinute(number, namespace=method)

    def _refuse(self, rate: limits.RateLimitItem, *whose: str) -> None:
        reset_at, _ = self._counter.get_window_stats(rate, *whose)
        seconds = max(1, math.ceil(reset_at - time.time()))
        raise faults.Refusal(
            429,
            f'This {whose[0]} has sent {rate.amount} {rate.namespace} within a'
            f' minute, and may send no more: try again in {seconds} s.',
            **{'Retry-After': str(seconds)},
        )


class ByAddress:
    """Lets in what bears no token as often as its address may send it.

    A token that is refused counts for the address, too: each asks Keystone.
    """

    def __init__(self, application: typing.Any, rates: Rates) -> None:
        """Wrap an application."""
        self._application = application
        self._rates = rates

    @webob.dec.wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        """Answer one request; what is too much rises to the guard."""
        whose = 'address', address(request)
        is_open = webhook.PATH.fullmatch(request.path_info) is not None
        if is_open or 'X-Auth-Token' not in request.headers:
            self._rates.count(request, *whose)
            return request.get_response(self._application)
        self._rates.check(request, *whose, REFUSED)
        response = request.get_response(self._application)
        if response.status_int == 401:
            self._rates.count(request, *whose, REFUSED)
        return response


def address(request: webob.Request) -> str:
    """Give whom a request comes from, as far as he is to be told apart.

    Where proxies are believed, oslo.middleware has put what they say in the
    place of the address: several, of which the last proxy wrote the last.
    """
    text = (request.remote_addr or '').rpartition(',')[2].strip().strip('"')
    if text.startswith('['):
        text = text[1:].partition(']')[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, PREFIX), strict=False))
