"""What each line of the log bears: the ids of the work it is of.

oslo.log puts the thread's current context on a line: its request id into the
text, and all of it into JSON. A recovery, a drill or a task is a context of
its own, whose request id is ``req-`` and its id.
"""

import collections.abc
import concurrent.futures
import contextlib
import functools
import typing

from oslo_context import context as oslo_context

from snapfault import tracing

_P = typing.ParamSpec('_P')
_R = typing.TypeVar('_R')


class Work(oslo_context.RequestContext):
    """The context of a piece of work that no request carries out."""

    def __init__(self, noun: str, work_id: str, project_id: str) -> None:
        """Make it the thread's current one.

        :param noun: such as 'recovery'
        """
        self._key = f'{noun}_id'
        self._id = work_id
        super().__init__(request_id=f'req-{work_id}', project_id=project_id)

    def to_dict(self) -> dict[str, typing.Any]:
        """Give what a line in JSON has."""
        return {**super().to_dict(), self._key: self._id}


@contextlib.contextmanager
def work(
    noun: str, work_id: str, project_id: str
) -> collections.abc.Iterator[None]:
    """Have the lines of this thread bear these ids within the block."""
    before = oslo_context.get_current()
    Work(noun, work_id, project_id)
    try:
        yield
    finally:
        _become(before)


class Pool(concurrent.futures.ThreadPoolExecutor):
    """Threads whose lines bear what those of whoever asked them do."""

    def submit(
        self,
        fn: collections.abc.Callable[_P, _R],
        /,
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> concurrent.futures.Future[_R]:
        """Have it run with the context of this thread."""
        mine = oslo_context.get_current()
        return super().submit(
            functools.partial(_run, mine, tracing.lent(fn), *args, **kwargs)
        )


def _run(
    lent: oslo_context.RequestContext | None,
    called: collections.abc.Callable[_P, _R],
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> _R:
    _become(lent)
    try:
        return called(*args, **kwargs)
    finally:
        _become(None)


def _become(wanted: oslo_context.RequestContext | None) -> None:
    """Make it the thread's current context."""
    if wanted is not None:
        wanted.update_store()
    elif oslo_context.get_current() is not None:
        # as oslo.context's own fixture does: there is no other way
        del oslo_context._request_store.context
