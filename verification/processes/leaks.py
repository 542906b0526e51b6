"""Leaks: what a process holds more of after each of many calls, as a rate.

Open files, threads, objects of Python, and bytes of writable memory, where the system says how many there
are. What libraries open and start at first, and what a cache of some size holds, grows to an end; a leak
grows in each part of many calls, by about as much.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise

from verification.processes.memory import held

# The first quarter of the calls is for what fills up; the others are parts that are compared.
PARTS = 3

# The least growth in a call, by kind: less is what the verifier itself may do. Arenas of Python have a MiB,
# so fewer bytes than some of these are none that each call has taken.
LEAST = {"files": 0.01, "threads": 0.01, "objects": 0.05, "bytes": 32.0}
ARENAS = 4 * 2**20

# Fewer calls tell no leak from a cache that is filling up, unless it is large.
LEAST_CALLS = 200

# Each part must have grown by so much of what all have on average.
ALIKE = 0.5

# Calls end that leak more than this: beyond, most systems refuse files and threads, and memory is full.
MOST = {"files": 128, "threads": 64, "objects": 2**22, "bytes": 2**28}


@dataclass(frozen=True)
class Reading:
    """What a process holds after so many calls, by kind."""

    calls: int
    held: Mapping[str, int]


def reading(calls: int) -> Reading:
    """What is held now, without garbage."""
    gc.collect()
    return Reading(calls, {kind: count for kind, of in KINDS.items() if (count := of()) is not None})


def _files() -> int | None:
    return _entries("/proc/self/fd") or _entries("/dev/fd")


def _threads() -> int | None:
    return _entries("/proc/self/task") or threading.active_count()


def _bytes() -> int | None:
    return held() if sys.platform == "linux" else None


def _entries(folder: str) -> int | None:
    with suppress(OSError):
        return len(os.listdir(folder))
    return None


KINDS: Mapping[str, Callable[[], int | None]] = {
    "files": _files,
    "threads": _threads,
    "objects": getattr(sys, "getallocatedblocks", lambda: None),
    "bytes": _bytes,
}


@contextmanager
def counted() -> Iterator[None]:
    """A ``with`` block in which garbage is collected among what is new, which takes a hundredth as long."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def is_much(readings: Sequence[Reading]) -> bool:
    """Is so much more held than at first that further calls may fail by it?"""
    first, last = readings[0].held, readings[-1].held
    return any(last[kind] - first[kind] > MOST[kind] for kind in last)


def rates(readings: Sequence[Reading]) -> dict[str, float]:
    """By kind, what each call has left behind, from readings in the order of the calls; only what leaks."""
    last = readings[-1]
    if last.calls < LEAST_CALLS and not is_much(readings):
        return {}
    edges = [_at(readings, last.calls * (1 + part) / (1 + PARTS)) for part in range(PARTS)]
    parts = [(a, b) for a, b in pairwise([*edges, last]) if b.calls > a.calls]
    found = {}
    for kind in last.held if len(parts) == PARTS else ():
        overall = _growth(kind, edges[0], last)
        least = max(LEAST[kind], ALIKE * overall)
        if kind == "bytes" and last.held[kind] - edges[0].held[kind] < ARENAS:
            continue
        if all(_growth(kind, *part) >= least for part in parts):
            found[kind] = overall
    return found


def in_words(leaked: Mapping[str, float]) -> str:
    """What each call leaves behind, with how much of it."""
    words = [f"{_number(rate)} {_NAMES[kind][rate > 1]}" for kind, rate in leaked.items()]
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


_NAMES = {
    "files": ("open file", "open files"),
    "threads": ("thread", "threads"),
    "objects": ("object of Python", "objects of Python"),
    "bytes": ("byte", "bytes"),
}


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _at(readings: Sequence[Reading], calls: float) -> Reading:
    """The first reading after so many calls."""
    return next(each for each in readings if each.calls >= calls)


def _growth(kind: str, before: Reading, now: Reading) -> float:
    """By how much a call has raised what is held."""
    return (now.held[kind] - before.held[kind]) / (now.calls - before.calls)
