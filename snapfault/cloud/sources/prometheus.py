"""The newest measures of servers, from Prometheus or Aetos.

Aetos is Prometheus' API behind Keystone; the catalogue lists it as
``prometheus``. It is asked with the service user's token, and shows all
projects only to a user with the role admin or service. What is asked and
how it is read: :mod:`snapfault.cloud.sources.promql`.

Nothing is retried here: the next ranking asks again.
"""

from collections import abc
import datetime
import typing
import urllib.parse

from keystoneauth1 import adapter as ksa_adapter
from keystoneauth1 import exceptions as ksa_exceptions
from keystoneauth1 import http_basic
from keystoneauth1 import loading
from oslo_config import cfg

from snapfault import errors
from snapfault import model
from snapfault import rules
from snapfault.cloud import source
from snapfault.cloud import translate
from snapfault.cloud.sources import names
from snapfault.cloud.sources import promql
from snapfault.conf import prometheus as prometheus_conf

#: The most servers in a query; one is 37 characters of it.
CHUNK: typing.Final = 500

_ASKED: typing.Final = 'ask Prometheus for measures'


class Prometheus(source.Source):
    """Asks ``[prometheus] url``, or what the catalogue lists without it."""

    def __init__(self, tools: source.Tools) -> None:
        """See the contract."""
        super().__init__(tools)
        self._adapter = (
            plain(tools.conf)
            if tools.conf.prometheus.url
            else tools.sessions.adapter('prometheus')
        )

    def read(
        self,
        server_ids: abc.Collection[str],
        metrics: abc.Collection[rules.Metric],
    ) -> source.Answer:
        """See the contract."""
        found = read(
            self._adapter,
            server_ids,
            metrics,
            now=self.tools.now(),
            max_age=self.tools.conf.rank.max_age,
        )
        return dict(found)


def plain(conf: cfg.ConfigOpts) -> ksa_adapter.Adapter:
    """Give the way to the Prometheus at ``[prometheus] url``.

    :raises InvalidInput: that is no URL of http or https
    """
    options = conf.prometheus
    parts = urllib.parse.urlsplit(options.url)
    if parts.scheme not in ('http', 'https') or not parts.netloc:
        raise errors.InvalidInput(
            f'[prometheus] url: {options.url!r} is no URL of http or https'
        )
    session = loading.load_session_from_conf_options(
        conf, prometheus_conf.GROUP.name
    )
    if options.username:
        session.auth = http_basic.HTTPBasicAuth(
            None, options.username, options.password or ''
        )
    return ksa_adapter.Adapter(
        session, endpoint_override=options.url.rstrip('/')
    )


def read(
    adapter: ksa_adapter.Adapter,
    server_ids: abc.Collection[str],
    metrics: abc.Collection[rules.Metric],
    *,
    now: datetime.datetime,
    max_age: int,
) -> dict[str, dict[rules.Metric, model.Measure]]:
    """Give the newest value of each metric of each server.

    One call a metric for :data:`CHUNK` servers, and one more for the number
    of virtual CPUs where ``cpu_util`` is asked for. A server of which that
    is not known counts as having one. Missing are servers without a value
    that is fresh, ids that are no UUID, and metrics whose name Prometheus
    could not hold.

    ``disk.device.*`` is summed up over the disks of a server.

    :param max_age: seconds a sample may be old; rates are taken over it
    :raises CloudUnavailable: no answer, a 5xx, or nothing that makes sense
    :raises CloudRefused: we may not ask, or the cloud has no such service
    """
    ids = names.by_uuid(server_ids)
    order = list(ids)
    found: dict[str, dict[rules.Metric, model.Measure]] = {}
    for at in range(0, len(order), CHUNK):
        chunk = order[at : at + CHUNK]
        counts: promql.Numbers = {}
        if names.CPU_UTIL in metrics:
            counts = _ask(adapter, promql.vcpus(chunk, max_age), now)
        for metric in filter(promql.is_sane, metrics):
            asked = promql.question(metric, chunk, max_age)
            values = _ask(adapter, asked, now)
            by = counts if asked.per_vcpu else {}
            for each, measure in promql.measured(values, by, now).items():
                if each in ids:
                    found.setdefault(ids[each], {})[metric] = measure
    return found


def _ask(
    adapter: ksa_adapter.Adapter,
    question: promql.Question,
    now: datetime.datetime,
) -> promql.Numbers:
    """Make one call; a POST, for a query may be longer than a URL."""
    try:
        response = adapter.post(
            '/api/v1/query',
            data={'query': question.query, 'time': f'{now.timestamp():.3f}'},
            headers={'Accept': 'application/json'},
            raise_exc=False,
            log=False,
        )
    except ksa_exceptions.ClientException as error:
        raise translate.translate(_ASKED, error, {}) from error
    status = response.status_code
    if status in (400, 401, 403):
        raise errors.CloudRefused(f'{_ASKED}: {status}')
    if status != 200:
        raise errors.CloudUnavailable(f'{_ASKED}: {status}')
    return _read(response, question)


@translate.sensible
def _read(response: typing.Any, question: promql.Question) -> promql.Numbers:
    return promql.numbers(response.json(), question)
