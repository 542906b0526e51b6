"""How far off a gradient may be that is made by sums over steps, as its block declares (``models.forms``).

Y of each entry grows by how much the sums of products of each named block differ in a draw; the gradient of
that block is rounded on a path of its own there. A grows by the sums of their sizes. The expected gradient
stays the same.
"""

from collections.abc import Mapping

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, final_cotangents
from verification.models.model import Block, Use
from verification.models.tolerance import many
from verification.truth.parts import final_of


def rounding_of_form(
    case: Case, block: Block, grads: Mapping[str, Array], parts: Mapping[str, Array]
) -> tuple[Array, Array]:
    """What is added to Y and to A of each entry of a block (…), from gradients and forward parts in draws."""
    spread, terms = (np.zeros(case.blocks[block.name].shape) for _ in range(2))
    for name in block.form:
        other = case.model.block(name)
        if other.use is Use.INPUT:
            products = case.blocks[name] * grads[name]
            summed = _prefix if block.prefix else _suffix
            sums = summed(_over(products - products[:1], other, block))
            sizes = summed(_over(np.abs(products[:1]), other, block))
        else:
            which = case.model.of(Use.STATE).index(other)
            end = case.blocks[name], grads[name]
            if not block.prefix:
                end = parts[final_of(other)], final_cotangents(case)[which]
            products = end[0] * end[1]
            # The same at all steps.
            sums = _over(products - products[:1], other, block)[:, :, None]
            sizes = _over(np.abs(products[:1]), other, block)[:, :, None]
        spread = spread + np.max(np.abs(sums), axis=0)
        addends = case.steps * products[0, 0].size // case.blocks[block.name][0].size
        terms = terms + many(sizes[0], max(1, addends))
    return spread, terms


def _prefix(products: Array) -> Array:
    """The sum from the first step to each, of an array (M, N, T, …)."""
    sums: Array = np.cumsum(products, axis=2)
    return sums


def _suffix(products: Array) -> Array:
    """The sum from each step to the last, of an array (M, N, T, …)."""
    sums: Array = np.cumsum(products[:, :, ::-1], axis=2)[:, :, ::-1]
    return sums


def _over(products: Array, other: Block, block: Block) -> Array:
    """The sum over the axes of ``other`` that the block does not have."""
    first = products.ndim - len(other.axes)
    axes = [first + i for i, axis in enumerate(other.axes) if axis not in block.axes]
    summed: Array = products.sum(axis=tuple(axes))
    return summed
