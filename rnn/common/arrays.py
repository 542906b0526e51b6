"""Arrays: the alias, the legend of dimensions, and the checks of what a caller hands in.

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
from numpy.typing import NDArray

from rnn.common.checks import cut, in_memory, kind_of, shown

Array: TypeAlias = NDArray[Any]
Axes: TypeAlias = tuple[int | str, ...]

FLOATS = (np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.longdouble))
FRACTIONS = np.dtype(object)
KINDS = "float32, float64, longdouble or Fractions"


# Up to so many numbers the sum of squares is had sooner than a look at each. BLAS copies what does not lie in
# one piece, and of more than 10,000 it lets its other threads sum (``rnn.compiled.sharing``).
SMALL = 2_000

# Numbers that are looked at together: their answers are a megabyte.
PART = 2**20

# Bytes from which on a view is looked at only if it could be there in full: it may be of far less, and a loop
# over what no memory holds would run for hours.
LARGE = 2**30


def zeros(shape: tuple[int, ...], like: Array) -> Array:
    """Zeros of the kind of number that ``like`` holds: ``Fraction(0)`` beside Fractions, and +0.0 else."""
    if not like.dtype.hasobject:
        return np.zeros(shape, like.dtype)
    return np.full(shape, Fraction(0), dtype=object)


def plain(array: Array) -> Array:
    """In C order and writeable, since a loop is compiled anew for arrays of another kind."""
    return array if array.flags.carray else np.array(array, order="C")


def as_array(name: str, value: object) -> Array:
    """``value`` as an array.

    TypeError where it is none, or a masked one, whose mask an array cannot keep; MemoryError as of
    ``check_size``.
    """
    try:
        array = np.asarray(value)
        masked = _is_masked(value, array.ndim)
    except Exception as error:
        # A foreign array raises what it likes, and a nested list of several lengths a ValueError.
        raise TypeError(f"{name}: {kind_of(value)}, needed an array of numbers ({shown(error)})") from None
    if masked:
        raise _no_mask(name)
    check_size(name, array)
    return array


def refuse_mask(name: str, value: object, depth: int) -> None:
    """TypeError if what became an array of ``depth`` axes is a masked one, or holds one in its lists."""
    if _is_masked(value, depth):
        raise _no_mask(name)


def _no_mask(name: str) -> TypeError:
    return TypeError(f"{name}: a masked array, needed one without a mask, as its filled() is")


def checked(
    name: str, value: object, axes: Axes, dtype: np.dtype[Any] | None = None, also: tuple[Axes, ...] = ()
) -> Array:
    """``value`` as an array, or an error that says what is wrong with it.

    ``axes`` holds one entry an axis: a number that the axis must have, or a letter for any number
    from 1. ``dtype``, where given, is that of the input weights, which all arrays of one
    call share. ``also`` holds other axes that will do, with no other letters.

    Raises TypeError for what is no array, a masked one, or another type of number, ValueError for another
    shape or a value that is not finite, MemoryError for an array that is a view of less and too large to look
    at. Each message names the argument, what was given, and what is needed.
    """
    array = value if type(value) is np.ndarray else as_array(name, value)
    found: np.dtype[Any] = array.dtype
    if found is not dtype and found != dtype:
        if found not in FLOATS and found != FRACTIONS:
            raise TypeError(f"{name}: dtype {cut(str(found))}, needed {KINDS}")
        if dtype is not None:
            raise TypeError(f"{name}: dtype {found}, needed {dtype} as the input weights have")
    shape = array.shape
    fits = shape == axes or shape in also or _fits(shape, axes) or any(map(_fits, repeat(shape), also))
    if not fits:
        wanted = " or ".join(map(_in_brackets, (axes, *also)))
        letters = [axis for axis in axes if isinstance(axis, str)]
        from_one = f", each of {', '.join(letters)} at least 1" if letters else ""
        raise ValueError(f"{name}: shape {cut(str(shape))}, needed {wanted}{from_one}")
    check_size(name, array)
    if found.hasobject:
        _refuse_what_is_no_fraction(name, array)
    elif array.size > SMALL or not isfinite(np.vdot(array, array)):
        check_finite(name, array)
    return array


def check_size(name: str, array: Array) -> None:
    """MemoryError for an array that is a view of less and could not be there in full.

    One that is mapped from a file is there, however little memory there is.
    """
    if array.base is not None and array.nbytes >= LARGE and not _is_mapped(array):
        # The system is asked for as much, and nothing is written there.
        with in_memory(f"{name}: shape {cut(str(array.shape))}", "a smaller one"):
            np.empty(array.shape, array.dtype)


def _is_mapped(array: Array) -> bool:
    """Is it a view of so many bytes of a file?"""
    base: Any = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    return isinstance(base, np.memmap) and base.nbytes >= array.nbytes


def check_finite(name: str, array: Array) -> None:
    """ValueError, with the first entry that is not finite and its place, if an array of floats has one."""
    if not all_finite(array):
        raise ValueError(f"{name}: {_not_finite(array)}, needed finite numbers")


def check_result(name: str, result: object) -> None:
    """FloatingPointError, with the first entry that is not finite and its place, if computed floats have one.

    What they were computed from was finite, so some number on the way was too large for its type.
    """
    array = np.asarray(result)
    if array.dtype != FRACTIONS and not all_finite(array):
        raise FloatingPointError(
            f"{name}: {_not_finite(array)}, needed finite numbers; "
            f"smaller ones to compute it from, or a wider type than {array.dtype}, may help"
        )


def _not_finite(array: Array) -> str:
    """The first entry that is not finite, and its place."""
    index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    return f"{array[index]} at {index}" if index else f"{array}"


def all_finite(array: Array) -> bool:
    """Is every entry of an array of floats finite?"""
    # Of few the sum of squares is sooner had: finite unless an entry is not, or it overflowed, of which vdot,
    # unlike dot, does not warn.
    soon = array.size <= SMALL and isfinite(np.vdot(array, array))
    if soon or array.size <= PART:
        return soon or bool(np.isfinite(array).all())
    # Part by part, for an array may be mapped from a file that no memory holds.
    rows = max(1, PART * len(array) // array.size)
    return all(np.isfinite(array[start : start + rows]).all() for start in range(0, len(array), rows))


def _is_masked(value: object, depth: int) -> bool:
    """Is it a masked array, or a list of lists, ``depth`` of them, with one inside?"""
    if isinstance(value, list | tuple):
        return depth > 0 and any(_is_masked(part, depth - 1) for part in value)
    return isinstance(value, np.ma.MaskedArray)


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
        if not issubclass(type(entry), Fraction):
            raise TypeError(f"{name}: {kind_of(entry)} at {index}, needed a Fraction")
