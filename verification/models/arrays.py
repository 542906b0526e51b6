"""The array type of models, truths, adapters and judging, which do not import ``rnn``."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Arrays: TypeAlias = Sequence[Array]


def order_of(array: Array) -> Literal["C", "F"]:
    """The order in which its numbers lie in memory: Fortran's, or C's where neither or both are theirs."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"
