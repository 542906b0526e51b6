"""How an array may lie in memory: the same numbers, other strides."""

from collections.abc import Callable, Mapping

import numpy as np

from verification.models.arrays import Array


def _fortran(array: Array) -> Array:
    return array.copy(order="F")


def _backwards(array: Array) -> Array:
    """Every axis from its end."""
    return np.flip(np.flip(array).copy()) if array.ndim else array.copy()


def _gapped(array: Array) -> Array:
    """Between any two numbers of the last axis there is a place for one more."""
    return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array.copy()


def _repeated(array: Array) -> Array:
    """Axes along which all numbers are the same take no step in memory; then it is read-only."""
    for axis in range(array.ndim):
        first = array.take([0], axis)
        if array.shape[axis] > 1 and np.array_equal(array, np.broadcast_to(first, array.shape)):
            return np.broadcast_to(_repeated(first), array.shape)
    return array.copy()


def _read_only(array: Array) -> Array:
    frozen = np.array(array)
    frozen.flags.writeable = False
    return frozen


LAYOUTS: Mapping[str, Callable[[Array], Array]] = {
    "Fortran order": _fortran,
    "backwards": _backwards,
    "a gap after each number": _gapped,
    "repeated": _repeated,
    "read-only": _read_only,
}


def laid_out(array: Array, layout: str | None) -> Array:
    """A copy that lies in memory as ``layout`` says, or in C order."""
    return array.copy() if layout is None else LAYOUTS[layout](array)


def in_words(layouts: Mapping[str, str]) -> str:
    """How some arrays, by name, lie."""
    hows = dict.fromkeys(layouts.values())
    if len(layouts) > 1 and len(hows) == 1:
        return f"all arrays in memory: {next(iter(hows))}"
    return ", ".join(f"{name} in memory: {how}" for name, how in layouts.items())
