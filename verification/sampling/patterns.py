"""Numbers that form a pattern: one-hot inputs, symmetric weights, a network as it is initialised."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.model import Block, Use
from verification.sampling.conditions import (
    ALIKE,
    DIAGONAL,
    INITIAL,
    ONE_HOT,
    ONE_SIGN,
    SYMMETRIC,
    WHOLE,
    is_square,
)

# What inputs are scaled by where no function bounds a state: whole numbers beyond 1 may grow with every step.
UNBOUNDED = 0.5

Change: TypeAlias = Callable[[Array, np.random.Generator], Array]


def with_patterns(case: Case, levels: Mapping[str, Any], rng: np.random.Generator) -> Case:
    """The case, of random numbers, with those of its inputs and of its weights as the levels say.

    An INITIAL state is a level of its own.
    """
    blocks = dict(case.blocks)
    of_inputs = INPUTS.get(levels.get("pattern of inputs", ""))
    for block in case.model.of(Use.INPUT):
        if of_inputs is not None:
            # Of what has no axis of its own each number is one of itself.
            array = blocks[block.name] if block.axes else blocks[block.name][..., None]
            array = of_inputs(array if case.model.functions else UNBOUNDED * array, rng)
            blocks[block.name] = array if block.axes else array[..., 0]
    level = levels.get("pattern of weights")
    for block in case.model.of(Use.STEP, Use.READOUT):
        if block.name in blocks:
            blocks[block.name] = _weights(block, blocks[block.name], level, rng)
    return replace(case, blocks=blocks)


def _weights(block: Block, array: Array, level: Any, rng: np.random.Generator) -> Array:
    """Weights of a step or a readout in a pattern; of a vector no more than its sign, or its start."""
    if level == INITIAL and len(block.axes) == 1:
        return started(block, array)
    if level in (SYMMETRIC, DIAGONAL) and is_square(block):
        return np.concatenate([SQUARE[level](part) for part in np.split(array, len(array) // array.shape[1])])
    if level in (ONE_SIGN, ALIKE) and len(block.axes) < 2:
        return INPUTS[level](array, rng)
    if level == ONE_HOT and len(block.axes) > 1:
        return _one_hot(array, rng)
    if level in (ONE_SIGN, ALIKE):
        # So that no row's sum is beyond that of as many numbers of both signs, whose sum grows as their root.
        less: Array = INPUTS[level](array, rng) / array.dtype.type(np.sqrt(array.shape[-1]))
        return less
    return array


def started(block: Block, array: Array) -> Array:
    """What a vector usually starts as."""
    parts = len(block.starts) or 1
    starts = np.repeat(np.array(block.starts or (0.0,)), len(array) // parts)
    return starts.astype(array.dtype)


def _one_hot(array: Array, rng: np.random.Generator) -> Array:
    """1 at one index of the last axis, 0 elsewhere."""
    made = np.zeros_like(array)
    chosen = rng.integers(array.shape[-1], size=(*array.shape[:-1], 1))
    np.put_along_axis(made, chosen, 1, axis=-1)
    return made


def _whole(array: Array, rng: np.random.Generator) -> Array:
    """Numbers between −1 and 1 as −2, −1, 1 and 2, complex ones as well: none is 0."""
    made: Array = np.sign(array.real) * np.ceil(2 * np.abs(array.real))
    return made.astype(array.dtype)


def _of_one_sign(array: Array, rng: np.random.Generator) -> Array:
    return np.abs(array).astype(array.dtype)


def _alike(array: Array, rng: np.random.Generator) -> Array:
    """All as one of them that is not zero, if there is one."""
    some = array[array != 0]
    some = some if some.size else array.ravel()
    return np.full_like(array, some[int(rng.integers(some.size))])


def _symmetric(part: Array) -> Array:
    made: Array = (part + part.T) / part.dtype.type(2)
    return made


def _diagonal(part: Array) -> Array:
    # As large as a row of the dense matrix.
    made: Array = np.diag(np.diag(part)) * np.sqrt(len(part)).astype(part.dtype)
    return made


INPUTS: Mapping[str, Change] = {
    ONE_HOT: _one_hot,
    WHOLE: _whole,
    ONE_SIGN: _of_one_sign,
    ALIKE: _alike,
}
SQUARE: Mapping[str, Callable[[Array], Array]] = {SYMMETRIC: _symmetric, DIAGONAL: _diagonal}
