"""The one home of small numbers: how close is close enough, derived from the case.

Let u be the rounding unit of the type that the engine works in, G* the truth, computed in the next wider
type, and for one block of a gradient under one mask

    Y   the largest ‖G_m − G*‖∞ over eight draws in which, in the wider type, every number that enters a step
        (each step's own copy of x, U, W, b, and V, c, h_0, the targets) is multiplied by 1 + 2uξ, and each
        slope is shifted by 2uξ times |y · ds/dy|, with ξ uniform on [−1, 1]; and every number that flows
        back, from each use of a number to that number, is multiplied so by itself: what rounding once or
        twice at every operation can do, however the case amplifies it, and where two ways cancel too.
        Of a gradient that is made by suffix sums, by declaration, what its terms so differ by besides
    A   the largest entry of Σ |terms|, the block's last sum taken of absolute values, with those of a form
        that is declared, n / SAFETY times that
        where it has more than SAFETY addends: what rounding in that sum can do, for where addends are all
        alike the roundings are, too, and n of them add up
    L   the largest entry of Σ |terms| that depend on a cotangent below ``least_healthy``:
        what the type may lose, all of it or a part, and nothing else

What is a denormal number any engine may lose: XLA has the processor take it for zero, and graphics cards do.
So a number that enters or leaves a step, and each of the terms of A, is off by up to twice the least normal
number besides, 2uξ of ``least_healthy``.

In a type in which numbers are kept and not computed, half a unit in its last place of the largest entry that
is so accepted is added: an answer is rounded to it once (``verification.truth.substitute_types``).

A gradient is accepted iff ‖G − G*‖∞ ≤ SAFETY · (Y + u A) + L. All come from the reference's side only, so
an engine cannot widen its own tolerance, but for a form that it declares. Whether a case determines its
gradient at all is a question of its own: ``determined``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.stored import dtype_of, limits

# Draws of perturbed problems. The largest of eight is seldom below half of what many would show.
DRAWS = 8

# Rounding a number once moves it by at most u; two roundings enter for each factor (forming it, using it).
PERTURBATION = 2

# Observed on 3.6 million lag entries at scales 0.1 to 10 and T up to 64, both types: an engine's error is at
# most 11.2 (Y + u A) for one lag and 6.2 for a masked sum. 16 leaves room and still sees 1e-8 planted.
SAFETY = 16

# A float64 case determines a block if what would be accepted is below 1e-9 of the block; float32 below 1e-3,
# a little more than the square root of its unit.
DETERMINED: dict[np.dtype[Any], float] = {np.dtype(np.float32): 1e-3, np.dtype(np.float64): 1e-9}

# One rounding of the largest entry, and of what is accepted of it, is less than so many units of the entry.
ONCE = 2

# The type in which the truth of a type is computed.
WIDER: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.float64),
    np.dtype(np.float64): np.dtype(np.longdouble),
}

# Where the platform's long double is float64 itself (Windows, ARM Macs), float64 has no wider type here.
HAS_WIDER = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps


# Three digits of half precision have a unit of a thousandth, and half of them would be alike by chance.
ALIKE_AT_LEAST = 0.01


@cache
def unit(dtype: np.dtype[Any]) -> float:
    """u, the largest relative error of one rounding to nearest: half the spacing of numbers at 1."""
    return float(limits(dtype).eps) / 2


def half_of_digits(dtype: np.dtype[Any]) -> float:
    """To what part numbers are alike in half of the digits of a type; of half precision in most of them."""
    return min(3 * float(np.sqrt(float(limits(dtype).eps))), ALIKE_AT_LEAST)


@cache
def least_normal(dtype: np.dtype[Any]) -> float:
    """Below this numbers are spaced as at this, so that what is rounded is not off in proportion."""
    return float(limits(dtype).tiny)


def many(terms: Array, addends: int) -> Array:
    """A, from Σ |terms| of so many addends."""
    return terms * max(1, addends / SAFETY)


@cache
def least_healthy(dtype: np.dtype[Any]) -> float:
    """Below this a cotangent may be lost: its product with a rounding is a denormal number."""
    return least_normal(dtype) / unit(dtype)


@dataclass(frozen=True, eq=False)
class Expected:
    """A block's truth, and how closely it must be met: Y (``spread``), A (``terms``), L (``lost``).

    ``kept``: the type, by its name, to which an answer is rounded, where it is none that is computed in.
    """

    truth: Array
    spread: float
    terms: float
    dtype: np.dtype[Any]
    lost: float = 0.0
    kept: str | None = None

    @property
    def bound(self) -> float:
        """The largest error that is accepted, in the largest entry."""
        return self._computed + self._rounded

    @property
    def _computed(self) -> float:
        """The same before an answer is rounded."""
        # The unit times the least normal number would be rounded to zero.
        return SAFETY * self.spread + SAFETY * unit(self.dtype) * self.terms + self.lost

    @property
    def _rounded(self) -> float:
        """What one rounding does to the largest entry; all of it to what the type does not hold."""
        if self.kept is None:
            return 0.0
        largest, kept = self.size + self._computed, dtype_of(self.kept)
        if largest >= float(limits(kept).max):
            return np.inf
        return unit(kept) * max(largest, least_normal(kept))

    @property
    def size(self) -> float:
        """‖G*‖∞."""
        return float(np.max(np.abs(self.truth)))

    @property
    def determined(self) -> bool:
        """Is what would be accepted small beside the truth? Agreement is evidence only if so.

        A truth of exactly zero is counted on its own, as vacuous, and not here. Of a rounded answer what is
        accepted before is, and the rounding may be none of a number below the least normal one.
        """
        computed = self._computed <= DETERMINED[self.dtype] * self.size
        rounded = self.kept is None or self._rounded <= ONCE * unit(dtype_of(self.kept)) * self.size
        return self.size == 0 or (computed and rounded)
