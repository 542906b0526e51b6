"""The memory that an engine may allocate in a call, beyond what its process holds already (Linux only).

Memory that a truth allocates between two calls does not count. The whole process may take twice as much, so
that a leak ends it.
"""

import ctypes
import mmap
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# Bytes. Answers to problems this small need a hundredth of it, libraries that compile some hundreds of MB,
# and stacks of 8 MiB for a few threads per core fit as well. Truths need up to half of it.
MEMORY = 2 * 2**30
MEMORY_PER_CORE = 2**26
CORES = os.cpu_count() or 1

# From malloc.h: this many free bytes are kept before they are returned, and arrays from this size on have
# pages of their own, the largest value that glibc accepts.
KEPT = {-1: 2**31 - 1, -3: 2**25}


def allowed() -> int:
    """Bytes that an engine may allocate."""
    return MEMORY + MEMORY_PER_CORE * CORES


def held() -> int:
    """Bytes of writable memory.

    These are limited (RLIMIT_DATA), and not all addresses (RLIMIT_AS), of which libraries for graphics cards
    reserve as many as they like.
    """
    # Read as it comes, which takes a third of the time: every guarded call reads it.
    with open("/proc/self/statm", "rb", buffering=0) as file:
        return int(file.read().split()[5]) * mmap.PAGESIZE


class Allowance:
    """The allowance of an engine, measured from the process as it is now."""

    def __init__(self) -> None:
        self._begun = held() if sys.platform == "linux" else 0

    @contextmanager
    def limited(self) -> Iterator[None]:
        """A call in which an allocation beyond the limit fails."""
        if sys.platform != "linux":
            yield
            return
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limits = (held() + allowed(), self._begun + 2 * allowed(), soft)
        least = min(limit for limit in limits if limit != resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_DATA, (least, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def keep_memory() -> None:
    """Keeps freed memory for the next allocation (glibc only).

    Truths use arrays of some hundred kB that live for a step; getting each from the system takes a twentieth
    of a run.
    """
    with suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, size in KEPT.items():
            mallopt(parameter, size)
