"""The same numbers, laid out otherwise in memory.

A NumPy array is its numbers and the strides by which they are found. Views give any: transposed arrays lie in
Fortran order, columns have gaps, a reversed sequence has a negative stride, a broadcast one a stride of 0.
"""

from collections.abc import Callable

import numpy as np
from numpy.lib.array_utils import byte_bounds
from numpy.lib.stride_tricks import as_strided

from rnn.arrays import Array


def read_only(array: Array) -> Array:
    """A copy that refuses to be written to."""
    frozen = array.copy()
    frozen.flags.writeable = False
    return frozen


def fortran(array: Array) -> Array:
    """In Fortran order."""
    return array.copy(order="F")


def with_gaps(array: Array) -> Array:
    """With a gap after each number."""
    return np.repeat(array, 2, axis=-1)[..., ::2]


def backwards(array: Array) -> Array:
    """With the last number first in memory, so that every stride is negative."""
    flipped: Array = np.flip(np.flip(array).copy())
    return flipped


def broadcast(array: Array) -> Array:
    """With a stride of 0 along each axis on which all numbers are the same."""
    for axis in range(array.ndim):
        first = array[(slice(None),) * axis + (slice(1),)]
        if np.all(array == first):
            array = np.broadcast_to(first, array.shape)
    return array


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "read-only": read_only,
    "in Fortran order": fortran,
    "with gaps": with_gaps,
    "backwards": backwards,
    "broadcast": broadcast,
}


def copied(array: Array) -> Array:
    """The same numbers in memory of their own, by the same strides."""
    copy = array.copy(order="K")
    if copy.strides == array.strides:
        return copy
    low, high = byte_bounds(array)
    memory = np.empty((high - low) // array.itemsize, array.dtype)
    start = array.__array_interface__["data"][0] - low
    view = as_strided(memory[start // array.itemsize :], array.shape, array.strides)
    view[...] = array
    return view
