"""Spans of what is done, for OpenTelemetry; none unless it is set up.

The API's own spans are oslo.middleware's. A recovery, a drill or a task is
a span with its steps and what the cloud was asked beneath it; the cloud is
told which (``traceparent``), so that its services' spans hang there too.
Without the ``tracing`` extra installed nothing here does anything.
"""

import collections.abc
import contextlib
import contextvars
import typing

from oslo_config import cfg
from oslo_middleware import tracing

from snapfault import errors

try:
    from opentelemetry import propagate
    from opentelemetry import trace
except ImportError:  # an extra, which most do without
    HAS_SPANS = False
else:
    HAS_SPANS = True

_P = typing.ParamSpec('_P')
_R = typing.TypeVar('_R')


def set_defaults() -> None:
    """Say who we are; a configuration without could not be read again."""
    tracing.set_defaults(service_name='snapfault')


def of_requests(application: typing.Any, conf: cfg.ConfigOpts) -> typing.Any:
    """Have each request be a span, which tells its address."""
    set_defaults()
    return tracing.TracingMiddleware(application, conf)


def set_up(conf: cfg.ConfigOpts) -> None:
    """Begin to send spans, if ``[oslo_middleware_tracing]`` says so.

    :raises InvalidInput: it does, and the packages are not installed
    """
    set_defaults()
    try:
        tracing.init_tracing(conf)
    except RuntimeError as error:
        raise errors.InvalidInput(
            f'[oslo_middleware_tracing] enabled: {error}'
        ) from error


@contextlib.contextmanager
def span(name: str, **told: str) -> collections.abc.Iterator[None]:
    """Have what is done within the block be a span beneath the current one.

    An error that leaves the block is noted on it.
    """
    if not HAS_SPANS:
        yield
        return
    tracer = trace.get_tracer('snapfault')
    attributes = {f'snapfault.{key}': value for key, value in told.items()}
    with tracer.start_as_current_span(name, attributes=attributes):
        yield


def headers() -> dict[str, str]:
    """Give what tells another service the current span; nothing without."""
    found: dict[str, str] = {}
    if HAS_SPANS:
        propagate.inject(found)
    return found


def lent(
    called: collections.abc.Callable[_P, _R],
) -> collections.abc.Callable[_P, _R]:
    """Have a function run beneath this thread's span, in whatever thread."""
    mine = contextvars.copy_context()

    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        return mine.run(called, *args, **kwargs)

    return run
