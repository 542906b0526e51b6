"""The tolerances of all comparisons, each derived from the case.

Let u be the rounding unit of the type that the engine works in, and G* the truth, computed in the next wider
type. For one block of a gradient under one mask, let

    Y   be the largest ‖G_m − G*‖∞ over eight draws, computed in the wider type. In a draw, every number that
        enters a step (each step's own copy of x, U, W, b, and V, c, h_0, the targets) is multiplied by
        1 + 2uξ, each slope is shifted by 2uξ times |y · ds/dy|, with ξ uniform on [−1, 1], and every
        cotangent is multiplied by a factor 1 + 2uξ of its own on its way from an operation to an argument.
        This covers one or two roundings at every operation, however the case amplifies them, also where
        two paths cancel. For a gradient that is declared to be made by suffix sums, Y also covers the
        roundings of their terms. For a delta rule in chunks there are as many draws of that form
        (``verification.truth.in_chunks``)
    A   be the largest entry of Σ |terms|, the block's last sum with absolute values (also those of a
        declared form), times n / SAFETY if there are n > SAFETY addends. This covers the roundings of that
        sum: where all addends are alike, their roundings are alike too, and n of them add up
    L   be the largest entry of Σ |terms| that depend on a cotangent below ``least_healthy``: the type may
        lose these, in part or as a whole, and nothing else

Any engine may lose a denormal number: XLA makes the processor treat it as zero, and graphics cards do the
same. So every number that enters or leaves a step, and each of the terms of A, is also off by up to twice the
least normal number, 2uξ of ``least_healthy``.

In a type for storage, half a unit in the last place of the largest accepted entry is added, because each
answer is rounded to it once (``verification.truth.substitute_types``).

A gradient is accepted iff ‖G − G*‖∞ ≤ SAFETY · (Y + u A) + L. All of these follow from the reference alone,
so an engine cannot widen its own tolerance, except by a form that it declares. Whether a case determines its
gradient at all is a separate question: ``determined``.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.stored import dtype_of, limits

# Draws of perturbed problems. The largest of eight is rarely below half of the largest of many.
DRAWS = 8

# Rounding a number once moves it by at most u; two roundings enter for each factor (forming it, using it).
PERTURBATION = 2

# Observed on 3.6 million lag entries at scales 0.1 to 10 and T up to 64, both types: an engine's error is at
# most 11.2 (Y + u A) for one lag and 6.2 for a masked sum. 16 leaves room and still sees 1e-8 planted.
SAFETY = 16

# A float64 case determines a block if its bound is below 1e-9 of the block; in float32 below 1e-3, a little
# more than the square root of its unit.
DETERMINED: dict[np.dtype[Any], float] = {np.dtype(np.float32): 1e-3, np.dtype(np.float64): 1e-9}

# Rounding the largest entry, with its accepted error, once moves it by less than this many units of the
# entry.
ONCE = 2

# The type in which the truth for a type is computed.
WIDER: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.float32): np.dtype(np.float64),
    np.dtype(np.float64): np.dtype(np.longdouble),
}

# Where the platform's long double is float64 itself (Windows, ARM Macs), float64 has no wider type here.
HAS_WIDER = np.finfo(np.longdouble).eps < np.finfo(np.float64).eps


# The unit of half precision is a thousandth; numbers that agree to half of its digits would often do so by
# chance.
ALIKE_AT_LEAST = 0.01


@cache
def unit(dtype: np.dtype[Any]) -> float:
    """u, the largest relative error of one rounding to nearest: half the spacing of numbers at 1."""
    return float(limits(dtype).eps) / 2


def half_of_digits(dtype: np.dtype[Any]) -> float:
    """The relative difference up to which numbers agree in half of a type's digits; in most of those of half
    precision.
    """
    return min(3 * float(np.sqrt(float(limits(dtype).eps))), ALIKE_AT_LEAST)


@cache
def least_normal(dtype: np.dtype[Any]) -> float:
    """The least normal number: the spacing of numbers below it is constant, so roundings are no longer
    relative.
    """
    return float(limits(dtype).tiny)


def many(terms: Array, addends: int) -> Array:
    """A, from Σ |terms| of so many addends."""
    return terms * max(1, addends / SAFETY)


@cache
def least_healthy(dtype: np.dtype[Any]) -> float:
    """Cotangents below this may be lost, because their product with a unit is a denormal number."""
    return least_normal(dtype) / unit(dtype)


@dataclass(frozen=True, eq=False)
class Expected:
    """A block's truth, and its tolerance: Y (``spread``), A (``terms``), L (``lost``).

    ``kept``: the name of the storage type to which an answer is rounded, None for a type that is computed in.
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
        """The same without the rounding to a storage type."""
        # The unit times the least normal number would be rounded to zero.
        return SAFETY * self.spread + SAFETY * unit(self.dtype) * self.terms + self.lost

    @property
    def _rounded(self) -> float:
        """One rounding of the largest entry to the storage type; unlimited if the type does not hold it."""
        if self.kept is None:
            return 0.0
        largest, kept = self.size + self._computed, dtype_of(self.kept)
        if largest >= float(limits(kept).max):
            return np.inf
        return unit(kept) * max(largest, least_normal(kept))

    @cached_property
    def size(self) -> float:
        """‖G*‖∞."""
        return float(np.max(np.abs(self.truth)))

    @property
    def determined(self) -> bool:
        """Is the bound small relative to the truth? Only then is agreement evidence.

        A truth of exactly zero is counted separately, as vacuous. For an answer that is rounded to a storage
        type, the bound before rounding counts; and the rounding must not be that of a denormal number.
        """
        computed = self._computed <= DETERMINED[self.dtype] * self.size
        rounded = self.kept is None or self._rounded <= ONCE * unit(dtype_of(self.kept)) * self.size
        return self.size == 0 or (computed and rounded)
