"""Several things at once, and the first failure at once."""

from collections import abc
import concurrent.futures


def run(jobs: abc.Sequence[abc.Callable[[], object]], workers: int) -> None:
    """Call all of them, in order, so many at a time.

    The first failure, or an interrupt, is raised without waiting for the
    others: the caller ends what those are waiting for.
    """
    pool = concurrent.futures.ThreadPoolExecutor(workers)
    try:
        futures = [pool.submit(job) for job in jobs]
        done, _ = concurrent.futures.wait(
            futures, return_when=concurrent.futures.FIRST_EXCEPTION
        )
        for future in done:
            future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
