"""Work of our own on many tasks, over the cores, by the standard library's pool of processes.

No engine of somebody else's runs in these: a process that ends raises ``BrokenProcessPool``, a RuntimeError,
and what does not return is waited for.
"""

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(work: Callable[[Item], Result], tasks: Sequence[Item]) -> Iterator[Result]:
    """The work on every task, in order, in forked processes: it may be any function, a closure as well.

    Matrix products take one thread in each of them.
    """
    if not hasattr(os, "fork"):
        yield from map(work, tasks)
        return
    with _forked(lambda number: work(tasks[number]), os.cpu_count()) as pool:
        yield from pool.map(_inherited, range(len(tasks)))


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """The work, begun in a process of its own: what is yielded waits for it, and returns its result."""
    if not hasattr(os, "fork"):
        yield work
        return
    with _forked(lambda number: work(), 1) as pool:
        yield pool.submit(_inherited, 0).result


# What a forked process does: set in it, and nowhere else.
_work: list[Callable[[int], Any]] = []


@contextmanager
def _forked(work: Callable[[int], Any], processes: int | None) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes inherit the work, which need not be pickled. Ctrl-C ends them."""
    with (
        warnings.catch_warnings(),
        ProcessPoolExecutor(processes, get_context("fork"), _begin, (work, ThreadpoolController())) as pool,
    ):
        # Of threads: those here are BLAS's, which forks safely.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(work: Callable[[int], Any], loaded: ThreadpoolController) -> None:
    """In a forked process; ``loaded``: the libraries whose threads are limited, found before the fork."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    loaded.limit(limits=1, user_api="blas")
    _work.append(work)


def _inherited(number: int) -> Any:
    """In a forked process: what its work makes of a task."""
    return _work[-1](number)
