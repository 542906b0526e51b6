"""What belongs to the caller of an engine beside arrays, and is found as it was after a call:

    the working folder
    the environment's variables; new ones are not compared, because libraries set some when first used
    how NumPy treats errors of floating point (``np.seterr``)
    the states of NumPy's and of Python's random generators

Drawing numbers is what these generators are for. A state that drawing does not lead to was seeded, and every
later draw of the caller's is another.
"""

import ctypes
import os
import random
from collections.abc import Callable
from contextlib import suppress
from itertools import compress
from types import TracebackType
from typing import Any

import numpy as np

from verification.text import in_a_line

# NumPy's global generator; its stubs leave the function out.
_global: Callable[[], Any] = vars(np.random)["get_bit_generator"]

# A Mersenne Twister: so many words of 32 bits, then the number of those that were drawn.
WORDS = 624
BYTES = 4 * WORDS

# So many times the words may all be drawn in a call, ten million numbers, before a state counts as seeded.
ROUNDS = 2**14


class Belongings:
    """Compares what belongs to the caller at the end of every ``with`` block with what it was before.

    ``found``: what is not as it was, in words. All of it is put back, except that generators from which
    numbers were drawn go on from there.
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def __enter__(self) -> None:
        self._folder = _folder()
        self._variables = dict(os.environ)
        self._errors = np.geterr(), np.geterrcall()
        # Nothing that an engine sets is what is set here already.
        np.seterr(all="call")
        np.seterrcall(_ignored)
        self._during = np.geterr()
        self._numpy, self._python = _of_numpy(), random.getstate()
        # A seed that the caller has just set as well would lead to the same state.
        _global().random_raw()
        random.random()
        self._drawn = _of_numpy(), random.getstate()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        folder = _folder()
        if folder != self._folder:
            self.found.append(f"changed the working folder to {in_a_line(folder)}")
            with suppress(OSError):
                os.chdir(self._folder)
        for name, value in self._variables.items():
            now = os.environ.get(name)
            if now != value:
                what = f"deleted {name} from" if now is None else f"changed {name} in"
                self.found.append(f"{what} the environment")
                os.environ[name] = value
        if (np.geterr(), np.geterrcall()) != (self._during, _ignored):
            self.found.append(f"changed NumPy's handling of errors ({_handling(self._during)})")
        np.seterr(**self._errors[0])
        np.seterrcall(self._errors[1])
        numpy, python = self._drawn
        of_numpy, of_python = _of_numpy(), random.getstate()
        seeded = not _leads_to(numpy, of_numpy), not _leads_to(_packed(python), _packed(of_python))
        self.found += [
            f"seeded {whose}'s random generator" for whose in compress(("NumPy", "Python"), seeded)
        ]
        if seeded[0] or of_numpy == numpy:
            _give_numpy(self._numpy)
        if seeded[1] or of_python == python:
            random.setstate(self._python)


def _ignored(kind: str, flag: int) -> None:
    """An error of floating point, as ``np.errstate(all="ignore")`` treats it."""


def _handling(during: Any) -> str:
    """What an engine has set, in words."""
    now = np.geterr()
    changed = [f"{kind}={how!r}" for kind, how in now.items() if how != during[kind]]
    return ", ".join(changed) or "the function that is called"


def _folder() -> str:
    """The working folder; "" for one that is gone."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def _address() -> int | None:
    """Where NumPy's global generator has its state; None for one that a user has chosen."""
    generator = _global()
    return generator.ctypes.state_address if type(generator) is np.random.MT19937 else None


def _of_numpy() -> bytes:
    """The state's own memory: ``np.random.get_state`` takes a hundred times as long."""
    address = _address()
    return b"" if address is None else ctypes.string_at(address, BYTES + 4)


def _give_numpy(state: bytes) -> None:
    address = _address()
    if address is not None and state:
        ctypes.memmove(address, state, len(state))


def _packed(state: Any) -> bytes:
    """A state of Python's generator, in the form of NumPy's."""
    return np.array(state[1], np.uint32).tobytes()


def _leads_to(before: bytes, now: bytes) -> bool:
    """Does drawing numbers, or nothing, lead from one state to the other? True where either is not known."""
    if before == now or not (before and now):
        return True
    (words, drawn), (wanted, until) = (
        (state[:BYTES], int.from_bytes(state[BYTES:], "little")) for state in (before, now)
    )
    if words == wanted:
        return until >= drawn
    generator = np.random.MT19937(0)
    key = np.frombuffer(words, np.uint32)
    generator.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": WORDS}}
    for _ in range(ROUNDS):
        generator.random_raw(WORDS, output=False)
        if ctypes.string_at(generator.ctypes.state_address, BYTES) == wanted:
            return True
    return False
