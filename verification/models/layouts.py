"""Memory layouts of arrays: the same numbers with other strides, or as parts of a larger array."""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

import numpy as np

from verification.models.arrays import Array, Arrays
from verification.models.condition import Condition, Subject

# A sequence (N, T, …) stored as (T, N, …); arrays that are parts of one with two more columns, or with twice
# as many records.
STEPS_FIRST, COLUMNS, ALTERNATE = "steps first", "columns of a wider array", "every other record"

# For several arrays: parts of one array of a single axis; and shared memory, where the numbers are equal.
ONE_BUFFER, SHARED = "in one buffer", "in the same memory"

# Nothing of a layout is drawn: it stands where a condition is given a generator.
_UNUSED = np.random.default_rng(0)


def _fortran(array: Array) -> Array:
    return array.copy(order="F")


def _backwards(array: Array) -> Array:
    """Every axis is reversed in memory."""
    return np.flip(np.flip(array).copy()) if array.ndim else array.copy()


def _gapped(array: Array) -> Array:
    """A gap of one number after each number of the last axis."""
    return np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array.copy()


def _repeated(array: Array) -> Array:
    """Axes along which all numbers are equal have stride zero; the array is then read-only."""
    for axis in range(array.ndim):
        first = array.take([0], axis)
        if array.shape[axis] > 1 and np.array_equal(array, np.broadcast_to(first, array.shape)):
            return np.broadcast_to(_repeated(first), array.shape)
    return array.copy()


def _read_only(array: Array) -> Array:
    frozen = np.array(array)
    frozen.flags.writeable = False
    return frozen


def _steps_first(array: Array) -> Array:
    return array.swapaxes(0, 1).copy().swapaxes(0, 1) if array.ndim > 1 else array.copy()


def _columns(array: Array) -> Array:
    """Each row has numbers of another array on both sides."""
    if not array.ndim:
        return array.copy()
    return np.pad(array, [(0, 0)] * (array.ndim - 1) + [(1, 1)], mode="edge")[..., 1:-1]


def _alternate(array: Array) -> Array:
    return np.repeat(array, 2, axis=0)[::2] if array.ndim else array.copy()


def _in_one_buffer(arrays: Arrays) -> Arrays:
    whole = np.concatenate([array.ravel() for array in arrays])
    ends = accumulate(array.size for array in arrays)
    return [whole[end - a.size : end].reshape(a.shape) for a, end in zip(arrays, ends, strict=True)]


def _shared(arrays: Arrays) -> Arrays:
    """Those that have other numbers than the first get memory of their own."""
    first = arrays[0].copy()
    return [first if np.array_equal(array, first) else array.copy() for array in arrays]


def _condition(
    how: str, change: Callable[[Subject], Subject], holds: Callable[[Subject], bool]
) -> tuple[str, Condition[Subject]]:
    return how, Condition(f"{{}} in memory: {how}", lambda subject, rng: change(subject), holds)


def _strided(
    how: str, change: Callable[[Array], Array], holds: Callable[[Array], bool]
) -> tuple[str, Condition[Array]]:
    """A layout that can be told from C order by its strides."""
    return _condition(how, change, lambda a: a.size > 1 and not a.flags.c_contiguous and holds(a))


def _is_alternate(array: Array) -> bool:
    return array.strides[0] == 2 * array[0].nbytes and bool(array[0].flags.c_contiguous)


# Of an array by itself; of what is more than one the first is reported.
LAYOUTS: Mapping[str, Condition[Array]] = dict(
    (
        _strided("Fortran order", _fortran, lambda a: a.flags.f_contiguous),
        _strided("backwards", _backwards, lambda a: min(a.strides) < 0),
        _strided(
            "a gap after each number", _gapped, lambda a: min(a.strides) > 0 and a.strides[-1] != a.itemsize
        ),
        _strided("repeated", _repeated, lambda a: 0 in a.strides),
        _condition("read-only", _read_only, lambda a: a.flags.c_contiguous and not a.flags.writeable),
        _strided(STEPS_FIRST, _steps_first, lambda a: a.ndim > 1 and a.swapaxes(0, 1).flags.c_contiguous),
        _strided(COLUMNS, _columns, lambda a: a.strides[-1] == a.itemsize and not _is_alternate(a)),
        _strided(ALTERNATE, _alternate, _is_alternate),
    )
)

# Of several arrays.
TOGETHER: Mapping[str, Condition[Arrays]] = dict(
    (
        _condition(ONE_BUFFER, _in_one_buffer, lambda arrays: len({id(array.base) for array in arrays}) == 1),
        _condition(SHARED, _shared, lambda arrays: len({array.ctypes.data for array in arrays}) == 1),
    )
)


def laid_out(array: Array, layout: str | None) -> Array:
    """A copy with the memory layout ``layout``; in C order for None, and for layouts of several arrays."""
    condition = LAYOUTS.get(layout or "")
    return array.copy() if condition is None else condition.apply(array, _UNUSED)


def layout_of(array: Array) -> str | None:
    """The layout of an array, by the names that ``laid_out`` takes; None for C order."""
    return next((how for how, condition in LAYOUTS.items() if condition.holds(array)), None)


def arranged(arrays: Arrays, layouts: Sequence[str | None]) -> list[Array]:
    """Copies of arrays with their layouts; those of a layout of several arrays are made together."""
    made = [laid_out(array, layout) for array, layout in zip(arrays, layouts, strict=True)]
    for how, condition in TOGETHER.items():
        places = [i for i, layout in enumerate(layouts) if layout == how]
        together = condition.apply([arrays[i] for i in places], _UNUSED) if places else ()
        for i, array in zip(places, together, strict=True):
            made[i] = array
    return made


def in_words(layouts: Mapping[str, str], count: int) -> str:
    """The layouts of some of ``count`` arrays in words, by their names."""
    clauses = []
    for how in dict.fromkeys(layouts.values()):
        names = [name for name, each in layouts.items() if each == how]
        which = "all arrays" if 1 < len(names) == count else ", ".join(names)
        clauses.append((LAYOUTS.get(how) or TOGETHER[how]).words.format(which))
    return ", ".join(clauses)
