"""The parts that an axis stacks, as gates are, each as a function of its own.

autograd's derivative of ``np.split`` puts entries back one by one; a part's is put back whole.
"""

from typing import Any

import numpy as np
from autograd.core import SparseObject
from autograd.extend import defvjp, primitive, vspace


def parts(a: Any, count: int) -> tuple[Any, ...]:
    """a (…, count · H) in so many parts (…, H)."""
    return tuple(_part(a, i, count) for i in range(count))


@primitive  # type: ignore[untyped-decorator]
def _part(a: Any, i: int, count: int) -> Any:
    return a[..., _place(a, i, count)]


def _place(a: Any, i: int, count: int) -> slice:
    size = np.shape(a)[-1] // count
    return slice(i * size, (i + 1) * size)


def _put_back(y: Any, a: Any, i: int, count: int) -> Any:
    space, place = vspace(a), _place(a, i, count)

    def back(g: Any) -> SparseObject:
        def add(whole: Any) -> Any:
            whole[..., place] += g
            return whole

        return SparseObject(space, add)

    return back


defvjp(_part, _put_back)
