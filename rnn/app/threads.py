"""BLAS's threads, held to one where the products of a network are small: there several take longer than one.

OpenBLAS wakes its threads for any product of more than ``BLAS_ALONE`` multiplications
(``rnn.common.products``), and they wait for the next one on the processors. What decides is the size of the
problem alone, so that a seed gives the same bits each time. Who has set a number of threads in the
environment keeps it.

Needs threadpoolctl, which the extras ``app`` and ``sklearn`` bring.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from math import prod
from threading import Lock
from typing import TypeVar

from threadpoolctl import ThreadpoolController

from rnn.network import RNN

# Multiplications of a step up to which BLAS is held. By NumPy's loops, an LSTM, interleaved, medians: on two
# idle processors two threads take 0.94 of the time of one at 0.3 million, 0.85 at 2.2, and 0.7 from 3.5 on;
# beside one busy process up to 2 times, and beside many 1.3 to 16 times as long. So up to here a limit costs
# a sixth at most. By compiled loops BLAS makes no product that it shares out.
SMALL = 2_500_000

# By which of these a user says how many threads BLAS is to have.
SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

Item = TypeVar("Item")

_HOLD = Lock()


def is_small(net: RNN, records: int) -> bool:
    """Does a step of so many records take few multiplications?"""
    return records * sum(prod(shape) for shape in net.cell.shapes.values()) <= SMALL


@contextmanager
def held(net: RNN, records: int) -> Iterator[None]:
    """While it lasts BLAS has one thread, if a step of so many records is small; then as many as before.

    The number is the whole process's. Who comes while somebody holds it, within or from another thread of
    Python, changes nothing: with several at once each may see either number.
    """
    asked = any(map(os.environ.get, SETTINGS))
    if asked or not is_small(net, records) or not _HOLD.acquire(blocking=False):
        yield
        return
    try:
        with _libraries().limit(limits=1, user_api="blas"):
            yield
    finally:
        _HOLD.release()


def each_held(net: RNN, records: int, items: Iterator[Item]) -> Iterator[Item]:
    """The items, each made under ``held``, which is lifted between them."""
    while True:
        with held(net, records):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


@cache
def _libraries() -> ThreadpoolController:
    """Those that are loaded, NumPy's among them. To look for them takes a millisecond."""
    return ThreadpoolController()
