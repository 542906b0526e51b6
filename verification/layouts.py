"""The same numbers, laid out otherwise in memory.

A NumPy array is its numbers and the strides by which they are found. Views give any: transposed arrays lie in
Fortran order, columns have gaps, a reversed sequence has a negative stride, a broadcast one a stride of 0.
"""

import zlib
from collections.abc import Callable, Iterator

import numpy as np

from rnn.arrays import Array
from verification.problem import Problem


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


def relaid(problem: Problem) -> Iterator[tuple[str, Problem]]:
    """The problem with all arrays in each layout, and one array alone in one; each with what was done."""
    arrays = problem.arrays()
    for how, lay_out in LAYOUTS.items():
        yield f"all {how}", problem.replaced(**{name: lay_out(array) for name, array in arrays.items()})
    name, how = alone(problem)
    yield f"{name} alone {how}", problem.replaced(**{name: LAYOUTS[how](arrays[name])})


def alone(problem: Problem) -> tuple[str, str]:
    """Whose turn it is, and which layout's, of those that change strides: a layout first, then an array.

    It is told by sizes and truncation, so that many problems have every turn, and one that only has other
    numbers the same one.
    """
    arrays = problem.arrays()
    changed = {
        how: [name for name, array in arrays.items() if lay_out(array).strides != array.strides]
        for how, lay_out in LAYOUTS.items()
    }
    turns = [how for how, names in changed.items() if names]
    number = zlib.crc32(repr((problem.sizes, problem.policy)).encode())
    how = turns[number % len(turns)]
    names = changed[how]
    return names[number // len(turns) % len(names)], how
