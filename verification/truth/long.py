"""Long double, which no type is wider than: its truth is that of double precision.

The cases hold numbers of double precision, whose truth is computed in long double, too. So the bound is that
of double precision in proportion to the units, once for the engine, and once for the truth. What double
precision does not hold is not judged. Every truth takes cases of long double, and does this by itself.
"""

from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import LONG, Case
from verification.models.tolerance import Expected, least_normal, unit

DOUBLE = np.dtype(np.float64)


def is_long(case: Case) -> bool:
    """Has it a type without a wider one?"""
    return case.dtype == LONG and LONG != DOUBLE


def as_double(case: Case) -> Case:
    """The same numbers in double precision."""
    return case.astype(DOUBLE) if is_long(case) else case


def held(case: Case, array: Array) -> Array:
    """The array in the type of a case, and of a long double in the digits that such a case may have."""
    return array.astype(as_double(case).dtype).astype(case.dtype)


def of_long(case: Case, expected: dict[str, Expected]) -> dict[str, Expected]:
    """What is expected of a long double, from what is of double precision; of another type as it is."""
    if not is_long(case):
        return expected
    share = 2 * unit(LONG) / unit(DOUBLE)
    return {
        name: replace(
            each,
            spread=share * each.spread,
            terms=share * each.terms,
            lost=each.lost + least_normal(DOUBLE),
        )
        for name, each in expected.items()
    }
