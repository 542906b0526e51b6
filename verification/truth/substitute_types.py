"""Types whose truth is computed in another type: long double, which has no wider one, and storage types.

Cases in long double hold numbers of double precision, and their truth is computed in long double, too. So the
bound is that of double precision in proportion to the units, once for the engine and once for the truth.
Numbers outside the range of double precision are not checked.

float16 and bfloat16 are types for storage (``models.stored``). A right engine computes in single precision
and rounds each number of its answer once. So the bound is that of single precision for the same numbers, plus
half a unit in the last place of the largest entry. Entries beyond the range of such a type, or near its end,
are not checked.

Every oracle takes cases of all these types, and converts them by these functions.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import LONG, Case, is_stored
from verification.models.tolerance import Expected, least_normal, unit

DOUBLE, SINGLE = np.dtype(np.float64), np.dtype(np.float32)


def is_long(case: Case) -> bool:
    """Is it of a type that has no wider one?"""
    return case.dtype == LONG and LONG != DOUBLE


def as_known(case: Case) -> Case:
    """The same numbers in double precision, or in single precision for a storage type."""
    if is_stored(case):
        return case.astype(SINGLE)
    return case.astype(DOUBLE) if is_long(case) else case


def held(case: Case, array: Array) -> Array:
    """The array in the type of a case; a long double is limited to the digits that such a case may have."""
    return array.astype(as_known(case).dtype).astype(case.dtype)


def of_known(case: Case, expected: dict[str, Expected]) -> dict[str, Expected]:
    """The expectation for a case, from that for the same numbers in a type whose truth is known."""
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
    """Is the expectation within the range of a case's storage type? Other types are checked before."""
    return not is_stored(case) or all(np.isfinite(each.bound) for each in expected)
