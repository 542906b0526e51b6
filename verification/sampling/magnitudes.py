"""Numbers of a case made tiny, or one of them large or overflowing, so that the case still says something.

A large weight is no use where it saturates all that it meets, or feeds itself. So what it multiplies is made
small: the unit, or the input, that it reads. Where no function bounds a state, the unit whose own weight is
large is at rest, and nothing of it is checked.

A number overflows that makes a pre-activation at which exp is infinite, though no value is: a sigmoid is 0 or
1 there, by whichever formula that is right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from verification.models.arrays import Array, Arrays
from verification.models.axes import Axis, unstacked
from verification.models.case import Case, Cotangents, of_each_cotangent
from verification.models.condition import Condition
from verification.models.model import Block, Use
from verification.models.stored import dtype_of, limits
from verification.sampling.factors import (
    LARGE,
    LARGE_INPUT,
    LARGE_STATE,
    LARGE_WEIGHT,
    OVERFLOWING,
    SMALL_NUMBER,
    TINY,
    matrices,
    numbers_given,
    vectors,
)
from verification.sampling.zeros import ZERO

# What is made small, times this.
SOFT = 0.01

# Of the argument from which on exp overflows: so far beyond it a sigmoid is 0 in the type, and not denormal.
BEYOND = 1.2

# An input times a weight is to overflow, of which two in three are larger than a third of the largest.
OF_WEIGHT = 3

# What is healthy of a block: its largest number lies between these.
HEALTHY = (0.1, 1.0)

Blocks: TypeAlias = dict[str, Array]


def largest(arrays: Arrays) -> float:
    """The largest absolute value."""
    return max(float(np.max(np.abs(array))) for array in arrays)


ALL_TINY = Condition[Arrays](
    "all |{}| <",
    lambda arrays, rng: [array * SMALL_NUMBER for array in arrays],
    lambda arrays: largest(arrays) < HEALTHY[0],
)


def one_large(size: float) -> Condition[Arrays]:
    """One entry, drawn, of one of the arrays is of this size."""

    def made(arrays: Arrays, rng: np.random.Generator) -> Arrays:
        chosen = int(rng.integers(len(arrays)))
        array = arrays[chosen].copy()
        index = tuple(int(rng.integers(n)) for n in array.shape)
        array[index] = size * rng.choice((-1, 1))
        return [*arrays[:chosen], array, *arrays[chosen + 1 :]]

    return Condition("some |{}| >", made, lambda arrays: largest(arrays) > HEALTHY[1])


# The size is no part of what is recognised.
MAGNITUDES = (ALL_TINY, one_large(LARGE_WEIGHT))


def with_magnitudes(case: Case, levels: Mapping[str, Any], rng: np.random.Generator) -> Case:
    """The case, of ordinary numbers, with those of "matrices", "vectors", "inputs" and "states" as said.

    Takes a case whose arrays may be changed.
    """
    model, blocks = case.model, dict(case.blocks)
    readout = any(block.name in blocks for block in model.of(Use.READOUT))
    several, single, inputs, states = (
        tuple(block for block in some if block.name != levels.get("zero"))
        for some in (matrices(model, readout), vectors(model), numbers_given(model), model.of(Use.STATE))
    )
    # Of an engine of which some states are always zero the others may be large.
    states = tuple(block for block in states if blocks[block.name].any())
    kinds = {"matrices": several, "vectors": single, "inputs": inputs, "states": states}

    def put(condition: Condition[Arrays], *of: Block) -> None:
        arrays = condition.apply([blocks[block.name] for block in of], rng)
        blocks.update(zip((block.name for block in of), arrays, strict=True))

    for kind, of in kinds.items():
        if levels.get(kind) == TINY:
            put(ALL_TINY, *of)
    if levels.get("states") == "zero":
        blocks |= {block.name: ZERO.apply(blocks[block.name], rng) for block in states}
    if levels.get("states") == LARGE:
        put(one_large(LARGE_STATE), *states)
    if levels.get("inputs") == LARGE:
        put(one_large(LARGE_INPUT), *inputs)
    if levels.get("inputs") == OVERFLOWING:
        block = _some(inputs, rng)
        columns = blocks[block.name].shape[-1] if block.axes else 1
        put(one_large(OF_WEIGHT * np.sqrt(columns) * overflow(levels["type"])), block)
    if levels.get("matrices") == LARGE:
        _large_matrix(case, blocks, several, rng)
    case = replace(case, blocks=blocks)
    if levels.get("vectors") == OVERFLOWING:
        return _large_vector(case, single, overflow(levels["type"]), rng)
    return _large_vector(case, single, LARGE_WEIGHT, rng) if levels.get("vectors") == LARGE else case


def overflow(dtype: str) -> float:
    """A number so far beyond what exp takes in a type that a sigmoid of its negative is 0."""
    return BEYOND * float(np.log(limits(dtype_of(dtype)).max))


def _some(blocks: tuple[Block, ...], rng: np.random.Generator) -> Block:
    return blocks[int(rng.integers(len(blocks)))]


def _large_matrix(case: Case, blocks: Blocks, several: tuple[Block, ...], rng: np.random.Generator) -> None:
    """One entry of a matrix is large; the unit or the input that it reads is small, and is not its own."""
    free = [block for block in several if not _own(block) or blocks[block.name].shape[-1] > 1]
    block = _some(tuple(free) or several, rng)
    array = blocks[block.name]
    rows, columns = array.shape[0], array.shape[-1]
    column = int(rng.integers(columns))
    row = int(rng.integers(rows))
    if _own(block) and columns > 1 and row % columns == column:
        row = (row + 1) % rows
    for name, axis in _reads(case, block.axes[-1]):
        soft = blocks[name].copy()
        soft[(slice(None),) * axis + (slice(column, None, columns),)] *= SOFT
        blocks[name] = soft
    array = blocks[block.name].copy()
    array[(row, ..., column)] = LARGE_WEIGHT * rng.choice((-1, 1))
    blocks[block.name] = array


def _own(block: Block) -> bool:
    """Does it read the units that it writes?"""
    return unstacked(block.axes[0]) == unstacked(block.axes[-1])


def _reads(case: Case, axis: Axis) -> list[tuple[str, int]]:
    """What makes an entry along an axis: the blocks, each with the number of its own."""
    found = []
    for block in case.model.of(Use.STATE, Use.INPUT, Use.STEP):
        lead = {Use.STATE: 1, Use.INPUT: 2}.get(block.use, 0)
        known = block.axes[:1] if block.use is Use.STEP else block.axes
        found += [(block.name, lead + i) for i in _like(known, axis)]
    return found


def _like(axes: tuple[Axis, ...], axis: Axis) -> list[int]:
    """By number, those that are it, or stack it, or that it stacks."""
    return [i for i, other in enumerate(axes) if unstacked(other) == unstacked(axis)]


def _large_vector(case: Case, single: tuple[Block, ...], size: float, rng: np.random.Generator) -> Case:
    """One entry of a vector is large."""
    blocks = dict(case.blocks)
    free = tuple(block for block in single if len(blocks[block.name]) > 1)
    block = _some(free or single, rng)
    (blocks[block.name],) = one_large(size).apply([blocks[block.name]], rng)
    index = int(np.argmax(np.abs(blocks[block.name])))
    if len(blocks[block.name]) == 1:
        # On the side on which a rectifier is not at rest.
        blocks[block.name] = np.abs(blocks[block.name]).astype(case.dtype)
    if case.model.functions or len(blocks[block.name]) == 1:
        return replace(case, blocks=blocks)
    # Nothing bounds the unit: it rests, and has no cotangent.
    own, rest = block.axes[0], slice(index, None, len(blocks[block.name]))

    def silent(array: Array, axes: Iterable[int]) -> Array:
        quiet = array.copy()
        for axis in axes:
            quiet[(slice(None),) * axis + (rest,)] = 0
        return quiet

    for name, axis in _reads(case, own):
        if name != block.name:
            blocks[name] = silent(blocks[name], (axis,))
    objective = case.objective
    if isinstance(objective, Cotangents):
        objective = of_each_cotangent(
            case, lambda array, axes: silent(array, (array.ndim - len(axes) + i for i in _like(axes, own)))
        )
    return replace(case, blocks=blocks, objective=objective)
