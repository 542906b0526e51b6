"""Comparison of an array with what is expected: the worst entry that is too far off."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Disagreement:
    """A wrong array: the part, the index of its worst entry, got, want, and the error allowed.

    ``clause``: begins the message. ``of_zero``: is 0 expected of every entry?
    """

    part: str
    index: tuple[int, ...]
    got: Any
    want: Any
    bound: float
    clause: str = ""
    of_zero: bool = False

    def under(self, clause: str) -> "Disagreement":
        """The same, with a clause before its message."""
        return replace(self, clause=f"{clause}: {self.clause}")

    @property
    def error(self) -> float:
        """By how much it is off."""
        with np.errstate(all="ignore"):
            return float(np.abs(self.got.astype(np.asarray(self.want).dtype) - self.want))

    def __str__(self) -> str:
        place = f"{self.part}[{', '.join(map(str, self.index))}]" if self.index else self.part
        within = f" within {self.bound:.1e}" if self.bound else ""
        return f"{self.clause}{place}: got {self.got!s}, want {self.want!s}{within}"


def compare(part: str, got: Any, want: Any, bound: float) -> Disagreement | None:
    """The worst entry, or None if every entry is within ``bound``; NaN is within no bound."""
    got, want = np.asarray(got), np.asarray(want)
    with np.errstate(all="ignore"):
        error = np.abs(got.astype(want.dtype) - want)
    # In long double: a very large bound may be beyond the engine's type. A NaN is the largest of all.
    if np.max(error, initial=0) <= np.longdouble(bound):
        return None
    index = np.unravel_index(np.argmax(np.where(np.isnan(error), np.inf, error)), error.shape)
    return Disagreement(part, tuple(map(int, index)), got[index], want[index], bound, of_zero=not want.any())


def near(got: Any, want: Any, part: float) -> bool:
    """Is the largest error at most this part of the largest number?"""
    return bool(np.max(np.abs(got - want)) <= part * np.max(np.abs(want)))


def off(got: Any, want: Any) -> float:
    """The largest error of an array, by the largest number of what it is compared with."""
    error, size = float(np.max(np.abs(got - want))), float(np.max(np.abs(want)))
    return error / size if size else np.inf if error else 0.0


def unequal(part: str, got: Any, want: Any) -> Disagreement | None:
    """The first entry that is not equal, or None."""
    got, want = np.asarray(got), np.asarray(want)
    unequal = np.argwhere(got != want)
    if not len(unequal):
        return None
    index = tuple(map(int, unequal[0]))
    return Disagreement(part, index, got[index], want[index], 0.0)
