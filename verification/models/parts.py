"""The parts that an axis stacks, such as gates, each as a function of its own.

autograd's derivative of ``np.split`` adds entries one by one; the derivative of ``part`` adds the whole part.
"""

from typing import Any

import numpy as np
from autograd.core import SparseObject
from autograd.extend import defvjp, primitive, vspace


def parts(a: Any, count: int, axis: int = -1) -> tuple[Any, ...]:
    """a, in so many parts of one size along an axis, which is counted from the last."""
    return tuple(part(a, i, count, axis) for i in range(count))


@primitive  # type: ignore[untyped-decorator]
def part(a: Any, i: int, count: int, axis: int) -> Any:
    """Part i of so many."""
    return a[place(a, i, count, axis)]


def place(a: Any, i: int, count: int, axis: int) -> tuple[Any, ...]:
    """The index of part i of so many."""
    size = np.shape(a)[axis] // count
    return (..., slice(i * size, (i + 1) * size), *[slice(None)] * (-1 - axis))


def _put_back(y: Any, a: Any, i: int, count: int, axis: int) -> Any:
    space, where = vspace(a), place(a, i, count, axis)

    def back(g: Any) -> SparseObject:
        def add(whole: Any) -> Any:
            whole[where] += g
            return whole

        return SparseObject(space, add)

    return back


defvjp(part, _put_back)
