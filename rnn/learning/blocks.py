"""Blocks: a NamedTuple of arrays of one float type, and its entries as one vector, block after block.

Parameters are blocks, and so are their gradients, which have the same names, shapes and type.
"""

from collections.abc import Sequence

import numpy as np

from rnn.common.arrays import FLOATS, Array, all_finite, as_array, check_finite, check_result
from rnn.common.checks import cut, in_memory, kind_of
from rnn.common.parameters import Blocks


def check_params(params: tuple[Array, ...]) -> None:
    """TypeError unless the parameters are a tuple of arrays of floats of one type."""
    if not isinstance(params, tuple) or not params:
        raise TypeError(f"params: {kind_of(params)}, needed a NamedTuple of arrays")
    for name, block in zip(names(params), params, strict=True):
        checked_block(f"params.{name}", block)
        if block.dtype != params[0].dtype:
            raise TypeError(
                f"params.{name}: dtype {block.dtype}, needed {params[0].dtype}, as the first block"
            )


def checked_block(name: str, block: object) -> Array:
    """A block, which is an array of floats, or a TypeError."""
    array = as_array(name, block) if isinstance(block, np.ndarray) else None
    # Other classes of arrays have an arithmetic of their own: the product of matrices is no array's.
    if array is None or type(block) not in (np.ndarray, np.memmap):
        raise TypeError(f"{name}: {kind_of(block)}, needed a NumPy array")
    if array.dtype not in FLOATS:
        raise TypeError(f"{name}: dtype {cut(str(array.dtype))}, needed float32, float64 or longdouble")
    return array


def as_vector(params: Blocks, grads: Blocks) -> Array:
    """The entries of every gradient as one new vector.

    Raises TypeError or ValueError for parameters that are none, a gradient that does not fit its block, or
    one that is not finite.
    """
    check_params(params)
    if not isinstance(grads, tuple | list):
        raise TypeError(f"grads: {kind_of(grads)}, needed a tuple of arrays, as params")
    if len(grads) != len(params):
        raise ValueError(f"grads: {len(grads)} arrays, needed {len(params)}, as many as params")
    for name, block, grad in zip(names(params), params, grads, strict=True):
        checked_block(f"grads.{name}", grad)
        if grad.shape != block.shape or grad.dtype != block.dtype:
            raise ValueError(
                f"grads.{name}: {grad.dtype} of shape {grad.shape}, "
                f"needed {block.dtype} of shape {block.shape}, as params.{name}"
            )
    with in_memory("grads: blocks", "smaller ones"):
        g = np.concatenate(grads, axis=None)
    for name, grad in () if all_finite(g) else zip(names(params), grads, strict=True):
        check_finite(f"grads.{name}", grad)
    return g


def minus(params: Blocks, step: Array) -> Blocks:
    """Each block less its part of the vector ``step``, as a new tuple of the same class."""
    blocks, start = [], 0
    for block in params:
        stop = start + block.size
        blocks.append(block - step[start:stop].reshape(block.shape))
        start = stop
    # What a NamedTuple's own _make does, in terms that a type checker follows for any of them.
    return tuple.__new__(type(params), blocks)


def check_update(
    params: Blocks, moments: tuple[Array, ...], new: Blocks, new_moments: tuple[Array, ...]
) -> None:
    """FloatingPointError unless an update from some to new ones left all of them finite.

    ValueError where some of those before it were not: they are not looked at sooner, which would take as long
    again.
    """
    finite = all(map(all_finite, (*new, *new_moments)))
    for name, array in () if finite else (*_named(params), *_numbered(moments)):
        check_finite(name, array)
    for name, array in () if finite else (*_named(new), *_numbered(new_moments)):
        check_result(name, array)


def _named(params: tuple[Array, ...]) -> list[tuple[str, Array]]:
    return [(f"params.{name}", block) for name, block in zip(names(params), params, strict=True)]


def _numbered(moments: tuple[Array, ...]) -> list[tuple[str, Array]]:
    return [(f"state.moments[{place}]", moment) for place, moment in enumerate(moments)]


def names(params: tuple[Array, ...]) -> Sequence[str | int]:
    """The names of the blocks, or their places, to name one in a message."""
    found: object = getattr(params, "_fields", None)
    return found if isinstance(found, tuple) and len(found) == len(params) else range(len(params))
