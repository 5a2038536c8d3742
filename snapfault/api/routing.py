"""Find the route of a request."""

import collections
import collections.abc
import dataclasses
import re

from snapfault.api import call
from snapfault.api import faults
from snapfault.api import validation
from snapfault.api.answers import form


@dataclasses.dataclass(frozen=True)
class Route:
    """One method on one kind of path."""

    method: str
    path: str  #: '/v1/tasks/{task_id}'
    handler: call.Handler
    rule: str  #: of oslo.policy; without it nobody gets in
    shows: form.Form
    query: validation.Validator
    body: validation.Validator | None = None  #: None: a body is not read
    conditional: bool = False  #: If-Match may name a generation


class Table:
    """The routes, by path."""

    def __init__(self, routes: collections.abc.Iterable[Route]) -> None:
        """Turn the paths into expressions, once."""
        methods: dict[str, dict[str, Route]] = collections.defaultdict(dict)
        for route in routes:
            methods[route.path][route.method] = route
        # PostgreSQL takes no text with a zero in it, so no id has one.
        self._methods = [
            (re.compile(re.sub(r'{(\w+)}', r'(?P<\1>[^/\\0]+)', path)), found)
            for path, found in methods.items()
        ]

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Give the route of a request, and what its path names.

        :raises Refusal: 404 for the path, or 405 for the method
        """
        for expression, methods in self._methods:
            match = expression.fullmatch(path)
            if match is None:
                continue
            if method not in methods:
                raise faults.Refusal(
                    405,
                    f'{method} means nothing here.',
                    Allow=', '.join(sorted(methods)),
                )
            return methods[method], match.groupdict()
        raise faults.Refusal(404, f'There is nothing at {path[:200]}.')
