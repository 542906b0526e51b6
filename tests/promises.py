"""What docs/verification.md promises of any engine, by whichever adapter: conducts, and what is said of each.

An adapter is given a conduct, which its engine calls with the arrays of its cotangents at each backward. The
same conducts are put before the adapters for NumPy (``tests/test_promises.py``) and those for PyTorch and JAX
(``tests/peers/test_promises.py``).
"""

import builtins
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from verification import Profile, Unsupported, verify

SHORT = Profile("short", cases=12, exact_cases=0, strength=1)


def declines(arrays: Any) -> None:
    """It does not do it."""
    raise Unsupported("no Tuesdays")


def raises(arrays: Any) -> None:
    """Anything else."""
    raise ArithmeticError("no gradient today")


def hangs(arrays: Any) -> None:
    """For longer than any answer may take."""
    time.sleep(100)


def replaces(arrays: Any) -> None:
    """A builtin, with what does the same."""
    length = builtins.len
    builtins.len = lambda what: length(what)


def ends(arrays: Any) -> None:
    """Its own process."""
    os._exit(3)


def copies(arrays: Any) -> None:
    """Its own process, and both return."""
    os.fork()


def takes(arrays: Any) -> None:
    """Four GiB, in the way that writes to each page."""
    np.ones(2**29)


def changes(arrays: Any) -> None:
    """A cotangent in place."""
    arrays[0][...] *= 2


def seeds(arrays: Any) -> None:
    """NumPy's generator."""
    np.random.mtrand.seed(0)


def moves(arrays: Any) -> None:
    """Into another folder."""
    os.chdir("/")


@dataclass(frozen=True)
class Promise:
    """A conduct, the verdict on it, and a part of what is said; ``slow``: it takes all the time there is."""

    conduct: Callable[[Any], None]
    verdict: str
    said: str
    slow: bool = False


PROMISES = {
    "Unsupported": Promise(declines, "not exercised", "cases declined: no Tuesdays"),
    "an exception": Promise(raises, "refuted", "raised ArithmeticError: no gradient today"),
    "a timeout": Promise(hangs, "refuted", "did not return within", slow=True),
    "surroundings": Promise(replaces, "refuted", "replaced builtins.len"),
    "an exit": Promise(ends, "refuted", "ended its process with exit code 3"),
    "a copy": Promise(copies, "refuted", "forked, and the copy of its process returned as well"),
    "memory": Promise(takes, "refuted", "MemoryError"),
    "a seed": Promise(seeds, "refuted", "call seeded NumPy's random generator"),
    "a folder": Promise(moves, "refuted", "call changed the working folder to /"),
    "arguments": Promise(changes, "refuted", "is changed in place"),
}


def held(adapter: Callable[[Callable[[Any], None]], Any], promise: Promise) -> None:
    """Is the verdict as promised, and what is said, and is this process as it was?"""
    length = builtins.len
    found = verify(adapter(promise.conduct), SHORT)
    assert builtins.len is length
    assert found.verdict == promise.verdict, found
    said = "\n".join((*found.missing, str(found.diagnosis), str(found.example and found.example.failure)))
    assert promise.said in said, said


def alone(arrays: Any) -> None:
    """It looks for modules of the verifier, and of what that imports."""
    ours = ("verification", "autograd", "hypothesis")
    for name in sys.modules:
        if name.partition(".")[0] in ours:
            raise ImportError(f"{name} is where an engine runs")


def is_alone(adapter: Callable[[Callable[[Any], None]], Any]) -> None:
    """Is there nothing of the verifier where the engine runs?"""
    found = verify(adapter(alone), SHORT)
    assert found.verdict != "refuted", found
    assert found.informative
