"""Changes that are made on what was read, or not at all.

A noun that people change has a generation, which is the tag of its answer.
A request may name it in ``If-Match``. One that does not is made again on what
stands now, if another came between its reading and its writing. The record
table as a whole has one, too, and a webhook that of its protection.

No other change can be lost, and none of the others heeds ``If-Match``: what
makes something replaces nothing, and what is asked of a recovery is a move of
its status, which the database makes from the status it was read in or refuses
(409). Nor do commands name one where they send a single member as the person
said it, which rests on nothing that was read: to pin, to pause.
"""

import functools
import typing

from webob import etag

from snapfault import errors
from snapfault.api import call

#: Each time another change won; more means that something is wrong.
TRIES: typing.Final = 20


def check(this: call.Call, noun: str, generation: int | str) -> None:
    """Refuse a request that was meant for another generation.

    :raises ChangedMeanwhile: says which there is
    """
    if str(generation) not in this.request.if_match:
        raise errors.ChangedMeanwhile(
            f'the {noun} is of generation {generation} now, which If-Match'
            ' does not name: read it again, and decide anew'
        )


def settled(handler: call.Handler) -> call.Handler:
    """Have a change made on what stands, whoever changes it meanwhile."""

    @functools.wraps(handler)
    def run(this: call.Call) -> call.Answer:
        for _ in range(TRIES):
            try:
                return handler(this)
            except errors.ChangedMeanwhile:
                if this.request.if_match is not etag.AnyETag:
                    raise
        raise errors.Conflict('others change it at this moment: try again')

    return run
