"""Work in parts that do not meet, shared out to threads where that pays.

A compiled loop lets other threads go on, so they are Python's own. They are started for the first call that
shares and then sleep until the next. OpenBLAS's do not sleep: for some 25 ms after a product that it has
shared out they wait for the next one on the processors. So where there are several, no product of that size
is BLAS's (``rnn.compiled.products``).
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache

from rnn.common.products import BLAS_ALONE

# Bytes of numbers to multiply by that repay a thread: 0.2 ms of work, where to wake it takes some 70 µs.
PAYING = 24_000_000

Part = tuple[int, int]


def processors() -> int:
    """How many threads may compute at once: OMP_NUM_THREADS, or else the processors of this process.

    Of several numbers, which OpenMP takes for threads within threads, the first counts.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_for(work: int) -> int:
    """How many threads are repaid, and may be had, where the numbers to multiply by have so many bytes."""
    return 1 if work < 2 * PAYING else min(processors(), work // PAYING)


def left_to_blas(work: int) -> bool:
    """Does BLAS make a product of so many multiplications in this thread?"""
    return work <= BLAS_ALONE or processors() == 1


def shared(loop: Callable[[int, int], object], parts: Sequence[Part], threads: int) -> None:
    """Make ``loop(lo, hi)`` of every part, by so many threads, of which this is one."""

    def each(some: Sequence[Part]) -> None:
        for part in some:
            loop(*part)

    if threads == 1:
        each(parts)
        return
    pool = _others()
    others = [pool.submit(each, parts[i::threads]) for i in range(1, threads)]
    try:
        each(parts[::threads])
    finally:
        # Until all are done they read and write the caller's arrays.
        wait(others)
    for other in others:
        other.result()


@cache
def _others() -> ThreadPoolExecutor:
    """The threads beside the one that calls, each started when it is first needed."""
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), "rnn")


# A process that is forked has none of its parent's threads. Where none can be, there is no such function.
with suppress(AttributeError):
    os.register_at_fork(after_in_child=_others.cache_clear)
