"""Whole numbers among the inputs, such as tokens and masks.

In a case they have its number type, like everything that oracles perturb, and an engine receives them as
integers. No derivative goes through them: a step receives the nearest whole numbers.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from autograd.extend import VJPNode, primitive, register_notrace

from verification.models.arrays import Array


def into_whole(array: Array, below: int) -> Array:
    """Whole numbers from 0 on and below a limit, in the array's type; those that are valid stay as they are.

    >>> into_whole(np.array([0.0, 2.0, 5.0, -1.0, 0.5, -0.99]), 3)
    array([0., 2., 2., 1., 1., 2.])
    """
    size = np.abs(np.real(array).astype(np.float64))
    part = np.minimum(np.floor((size % 1) * below), below - 1)
    made = np.where(size % 1 == 0, size % below, part)
    return _each(int, made) if array.dtype == object else made.astype(array.dtype)


@primitive  # type: ignore[untyped-decorator]
def as_whole(array: Any) -> Any:
    """The nearest whole numbers, in the array's type; a perturbation below a half does not change them."""
    if array.dtype == object:
        return _each(round, array)
    return np.rint(np.real(array)).astype(array.dtype)


register_notrace(VJPNode, as_whole)


def _each(change: Any, array: Array) -> Array:
    made = np.empty(array.shape, dtype=object)
    for index, number in np.ndenumerate(array):
        made[index] = Fraction(change(number))
    return made
