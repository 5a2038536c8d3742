"""What a handler is given, and what it gives back."""

import collections.abc
import dataclasses
import datetime
import typing

import webob

from snapfault.api import backend
from snapfault.db import api

Json = dict[str, typing.Any]


@dataclasses.dataclass(frozen=True)
class Call:
    """One request: authenticated, allowed, and of the right form."""

    request: webob.Request
    backend: backend.Backend
    project_id: str  #: of the caller's token
    scope: str | None  #: the project to look in; None: an admin asks for all
    ids: collections.abc.Mapping[str, str]  #: what the path names
    query: collections.abc.Mapping[str, str]
    body: collections.abc.Mapping[str, typing.Any]  #: empty without one
    #: Raises where the rules do not allow one more thing to the caller.
    allow: collections.abc.Callable[[str], None]
    max_limit: int  #: the most resources in one answer
    now: datetime.datetime

    @property
    def caller(self) -> typing.Any:
        """The caller's token, as an auth plugin of keystonemiddleware."""
        return self.request.environ.get('keystone.token_auth')

    @property
    def database(self) -> api.Database:
        """Where the nouns are kept."""
        return self.backend.database


@dataclasses.dataclass(frozen=True)
class Answer:
    """What goes back when all went well."""

    body: Json | None = None
    status: int = 200
    location: str | None = None  #: path of what was made
    generation: int | str | None = None  #: of the one noun in the body


Handler = collections.abc.Callable[[Call], Answer]
