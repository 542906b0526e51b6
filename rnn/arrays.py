"""Arrays: the alias, the legend of dimensions, and the checks at the public door.

The legend, used in every docstring of this package:

====  =======================================================
N     records, travelling side by side
T     steps of a sequence
D     inputs of one step
H     hidden units
G     pre-activations of one step: H for the vanilla cell, 4 H for an LSTM
K     outputs of one step
====  =======================================================

Public arrays are (N, T, ·), records first. Inside the engine they are (T, N, ·), so that one step is
one contiguous block. A leading ``d`` marks a cotangent: ``dW`` is ∂L/∂W and has the shape of ``W``.

float32, float64, longdouble and object arrays of ``fractions.Fraction`` pass through one text.
"""

from fractions import Fraction
from itertools import repeat
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]
Axes: TypeAlias = tuple[int | str, ...]

FLOATS = (np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.longdouble))
FRACTIONS = np.dtype(object)


def zeros(shape: tuple[int, ...], like: Array) -> Array:
    """Zeros of the kind of number that ``like`` holds: ``Fraction(0)`` beside Fractions, and +0.0 else."""
    if like.dtype != FRACTIONS:
        return np.zeros(shape, like.dtype)
    return np.full(shape, Fraction(0), dtype=object)


def checked(
    name: str, value: object, axes: Axes, dtype: np.dtype[Any] | None = None, also: tuple[Axes, ...] = ()
) -> Array:
    """``value`` as an array, or an error that says what is wrong with it.

    ``axes`` holds one entry an axis: a number that the axis must have, or a letter for any number
    from 1. ``dtype``, where given, is that of params.U, which all arrays of one call share. ``also`` holds
    other axes that will do, with no other letters.

    Raises TypeError for another type of number, ValueError for another shape or a value that is
    not finite. Each message names the argument, what was given, and what is needed.
    """
    array = np.asarray(value)
    if array.dtype != dtype:
        if array.dtype not in FLOATS and array.dtype != FRACTIONS:
            kinds = "float32, float64, longdouble or Fractions"
            raise TypeError(f"{name}: dtype {array.dtype}, needed {kinds}")
        if dtype is not None:
            raise TypeError(f"{name}: dtype {array.dtype}, needed {dtype} as params.U has")
    shape = array.shape
    if shape != axes and shape not in also and not any(map(_fits, repeat(shape), (axes, *also))):
        wanted = " or ".join(map(_in_brackets, (axes, *also)))
        letters = [axis for axis in axes if isinstance(axis, str)]
        from_one = f", each of {', '.join(letters)} at least 1" if letters else ""
        raise ValueError(f"{name}: shape {shape}, needed {wanted}{from_one}")
    if array.dtype == FRACTIONS:
        _refuse_what_is_no_fraction(name, array)
    elif not all_finite(array):
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: {array[index]} at {index}, needed finite numbers")
    return array


def all_finite(array: Array) -> bool:
    """Is every entry of an array of floats finite?"""
    # One pass and no temporary: the sum of squares is finite unless an entry is not, or it overflowed, of
    # which vdot, unlike dot, does not warn. Only then does one have to look closer.
    return isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def _in_brackets(axes: Axes) -> str:
    return "(" + ", ".join(map(str, axes)) + ("," if len(axes) == 1 else "") + ")"


def _fits(shape: tuple[int, ...], axes: Axes) -> bool:
    if len(shape) != len(axes):
        return False
    for size, axis in zip(shape, axes, strict=True):
        if size != axis and not (size > 0 and isinstance(axis, str)):
            return False
    return True


def _refuse_what_is_no_fraction(name: str, array: Array) -> None:
    for index, entry in np.ndenumerate(array):
        if not isinstance(entry, Fraction):
            raise TypeError(f"{name}: {type(entry).__name__} at {index}, needed a Fraction")


def checked_dtype(dtype: DTypeLike, among: tuple[np.dtype[Any], ...], needed: str) -> np.dtype[Any]:
    """``dtype`` as one of those ``among`` which it has to be, or a TypeError that says what is ``needed``."""
    try:
        found = np.dtype(dtype)
    except (TypeError, ValueError):
        raise TypeError(f"dtype: {dtype!r}, needed {needed}") from None
    if found not in among:
        raise TypeError(f"dtype: {found}, needed {needed}")
    return found


def checked_count(name: str, value: object, least: int) -> int:
    """``value`` as an int of at least ``least``; TypeError or ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: {value!r}, needed an integer of at least {least}")
    if value < least:
        raise ValueError(f"{name}: {value}, needed at least {least}")
    return int(value)
