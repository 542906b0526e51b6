"""The gradients that a network returns, and the check that they are finite."""

from math import isfinite
from typing import Any, NamedTuple

from rnn.cells.cell import Arrays
from rnn.common.arrays import Array, all_finite, check_result


class Gradients(NamedTuple):
    """∂L/∂ each: ``params`` in the cell's NamedTuple, ``xs`` (N, T, D), and the initial ``state``'s arrays.

    In memory weights may be columns of one array, and xs lies step by step.
    """

    params: Any
    xs: Array
    state: Arrays

    @property
    def h0(self) -> Array:
        """∂L/∂h0 (N, H), of the state's first array."""
        return self.state[0]


def check_gradients(value: Any, grads: Gradients) -> None:
    """FloatingPointError for the first of a loss and its gradients that is not finite, if they are floats."""
    if grads.xs.dtype.hasobject or _finite(value, grads):
        return
    check_result("loss", value)
    for name, block in grads.params._asdict().items():
        check_result(f"grads.params.{name}", block)
    check_result("grads.xs", grads.xs)
    names = ["h0"] if len(grads.state) == 1 else [f"state[{place}]" for place in range(len(grads.state))]
    for name, block in zip(names, grads.state, strict=True):
        check_result(f"grads.{name}", block)


def _finite(value: Any, grads: Gradients) -> bool:
    """Are all entries finite?"""
    blocks = (*grads.params, grads.xs.swapaxes(0, 1), *grads.state)
    # As a rule several are parts of one array, which is sooner looked at.
    joint = grads.params[0].base
    if joint is not None:
        blocks = (joint, *[block for block in blocks if block.base is not joint])
    return isfinite(value) and all(map(all_finite, blocks))
