"""Types whose truth is that of another: long double, which no type is wider than, and those of few digits.

The cases of long double hold numbers of double precision, whose truth is computed in long double, too. So the
bound is that of double precision in proportion to the units, once for the engine, and once for the truth.
What double precision does not hold is not judged.

In float16 and bfloat16 numbers are kept (``models.stored``). A right engine computes in single precision, and
rounds each number that it answers once. So the bound is that of single precision, of the same numbers, and
half a unit in the last place of the largest entry. What such a type does not hold, or hardly, says nothing.

Every truth takes cases of both, and does this by itself.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import LONG, Case, is_stored
from verification.models.tolerance import Expected, least_normal, unit

DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)


def is_long(case: Case) -> bool:
    """Has it a type without a wider one?"""
    return case.dtype == LONG and LONG != DOUBLE


def as_known(case: Case) -> Case:
    """The same numbers in double precision, or in single."""
    if is_stored(case):
        return case.astype(SINGLE)
    return case.astype(DOUBLE) if is_long(case) else case


def held(case: Case, array: Array) -> Array:
    """The array in the type of a case, and of a long double in the digits that such a case may have."""
    return array.astype(as_known(case).dtype).astype(case.dtype)


def of_known(case: Case, expected: dict[str, Expected]) -> dict[str, Expected]:
    """What is expected of a case, from what is of the same numbers in a type whose truth is known."""
    if is_stored(case):
        return {name: replace(each, kept=case.dtype.name) for name, each in expected.items()}
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


def holds(case: Case, expected: Iterable[Expected]) -> bool:
    """Does a case's type hold what is expected of it? Of types that are computed in that is known before."""
    return not is_stored(case) or all(np.isfinite(each.bound) for each in expected)
