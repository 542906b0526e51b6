"""A call of a layer as an adversary sees it: what its backward is given, and the calls before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from verification.models.arrays import Array

# The states and their cotangents, as conditions name them.
STATES, COTANGENTS = ("h0", "c0"), ("d_h", "d_c")


@dataclass(frozen=True)
class Sizes:
    """N records of T steps, D inputs, H units; each a number, or all arrays of as many."""

    N: Any
    T: Any
    D: Any
    H: Any


@dataclass(frozen=True)
class Given:
    """What a forward was given: its sizes and type, and by array where it lay and a digest of its numbers."""

    sizes: Sizes
    dtype: np.dtype[Any]
    places: Mapping[str, int]
    digests: Mapping[str, int]


@dataclass(frozen=True)
class CallHistory:
    """What was called before a backward.

    ``forwards``: of this process, before this one's. ``since``: forwards after this one's, before it goes
    back. ``again``: backwards that this forward has had. ``before``: what the forward before was given.
    """

    forwards: int = 0
    since: int = 0
    again: int = 0
    before: Given | None = None


@dataclass(frozen=True, eq=False)
class BackwardCall:
    """A backward, with what its forward was given."""

    params: Mapping[str, Array]
    xs: Array
    state: tuple[Array, ...]
    d_outputs: Array
    d_state: tuple[Array, ...]
    history: CallHistory = field(default_factory=CallHistory)

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """All arrays by name."""
        return {
            **self.params,
            "xs": self.xs,
            **dict(zip(STATES, self.state, strict=True)),
            "d_outputs": self.d_outputs,
            **dict(zip(COTANGENTS, self.d_state, strict=True)),
        }

    @cached_property
    def sizes(self) -> Sizes:
        """Its sizes."""
        return sizes_of(self.xs, self.state)

    @cached_property
    def alike(self) -> Any:
        """What calls of the same numbers, which lie in memory alike, have in common."""
        places = [array.ctypes.data for array in self.arrays.values()]
        return tuple(
            (
                array.tobytes(),
                array.shape,
                array.strides,
                array.flags.num,
                array.base is None,
                places.index(at),
            )
            for array, at in zip(self.arrays.values(), places, strict=True)
        )

    @cached_property
    def given(self) -> Given:
        """What its forward was given, as it is now."""
        return given(self.params, self.xs, self.state)


def sizes_of(xs: Array, state: tuple[Array, ...]) -> Sizes:
    """N, T and D of the inputs (N, T, D), H of the first state (N, H)."""
    records, steps, inputs = xs.shape
    return Sizes(records, steps, inputs, state[0].shape[1])


def given(params: Mapping[str, Array], xs: Array, state: tuple[Array, ...]) -> Given:
    """What a forward is given, of which no array is kept."""
    arrays = {**params, "xs": xs, **dict(zip(STATES, state, strict=True))}
    return Given(
        sizes_of(xs, state),
        xs.dtype,
        {name: array.ctypes.data for name, array in arrays.items()},
        {name: hash(array.tobytes()) for name, array in arrays.items()},
    )
