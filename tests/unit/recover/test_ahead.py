"""How old a look is that was taken early."""

import concurrent.futures
import datetime
import threading

import pytest

from snapfault.recover import ahead
from tests import build

SECOND = datetime.timedelta(seconds=1)


@pytest.mark.parametrize(('seconds', 'is_used'), [(2, True), (3, False)])
def test_a_part_that_hung_made_the_rest_older(seconds, is_used):
    """The server was read at once; the token came so much later."""
    clock = [build.NOW]
    read, hangs = concurrent.futures.Future(), concurrent.futures.Future()
    read.set_result(None)

    def come():
        clock[0] += seconds * SECOND
        hangs.set_result(None)

    seen = object()
    begun = ahead.Ahead(seen, build.NOW, (read, hangs))
    late = threading.Timer(0.05, come)
    late.start()
    assert (begun.answer(lambda: clock[0]) is seen) is is_used
    late.join()


def test_what_could_not_be_read_is_left_to_the_next_look():
    failed = concurrent.futures.Future()
    failed.set_exception(ValueError('not now'))
    seen = object()
    begun = ahead.Ahead(seen, build.NOW, (failed,))
    assert begun.answer(lambda: build.NOW) is seen


def test_the_end_of_the_process_is_not_swallowed():
    ended = concurrent.futures.Future()
    ended.set_exception(KeyboardInterrupt())
    begun = ahead.Ahead(object(), build.NOW, (ended,))
    with pytest.raises(KeyboardInterrupt):
        begun.answer(lambda: build.NOW)
