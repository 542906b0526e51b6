"""Numbers that form a pattern: one-hot inputs, symmetric weights, a network as it is initialised."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.axes import unstacked
from verification.models.case import Case
from verification.models.condition import Condition
from verification.models.model import PARAMETERS, Block, Use

# Of an input and of weights; ``INITIAL``: as a network is before it is trained.
ONE_HOT, WHOLE, ONE_SIGN, ALIKE = "one-hot", "whole numbers", "of one sign", "all alike"
SYMMETRIC, DIAGONAL, INITIAL = "symmetric", "diagonal", "as initialised"

# Of an array by itself, in cases of several conditions alone.
SOME_ZERO, LOWER, UPPER = "some zero", "lower triangular", "upper triangular"
IDENTITY = "the identity"
SAME_RECORDS, SAME_STEPS = "records alike", "steps alike"

# What inputs are scaled by where no function bounds a state: whole numbers beyond 1 may grow with every step.
UNBOUNDED = 0.5


def is_square(block: Block) -> bool:
    """Is it a matrix that reads the units that it writes, or several of them stacked?"""
    if len(block.axes) != 2 or unstacked(block.axes[0]) != unstacked(block.axes[1]):
        return False
    rows, columns = block.shape(dict.fromkeys(block.dimensions, 1))
    return rows % columns == 0


def _square_parts(array: Array) -> list[Array]:
    """The matrices that are stacked."""
    return np.split(array, len(array) // array.shape[1])


def _one_hot(array: Array, rng: np.random.Generator) -> Array:
    """1 at one index of the last axis, 0 elsewhere."""
    made = np.zeros_like(array)
    chosen = rng.integers(array.shape[-1], size=(*array.shape[:-1], 1))
    np.put_along_axis(made, chosen, 1, axis=-1)
    return made


def _is_one_hot(array: Array) -> bool:
    return bool(array.ndim and np.isin(array, (0, 1)).all() and np.all(array.sum(axis=-1) == 1))


def _whole(array: Array, rng: np.random.Generator) -> Array:
    """Numbers between −1 and 1 as −2, −1, 1 and 2, complex ones as well: none is 0."""
    made: Array = np.sign(array.real) * np.ceil(2 * np.abs(array.real))
    return made.astype(array.dtype)


def _of_one_sign(array: Array, rng: np.random.Generator) -> Array:
    return np.abs(array).astype(array.dtype)


def _is_of_one_sign(array: Array) -> bool:
    return np.isrealobj(array) and array.size > 1 and bool(np.all(array >= 0) or np.all(array <= 0))


def _alike(array: Array, rng: np.random.Generator) -> Array:
    """All as one of them that is not zero, if there is one."""
    some = array[array != 0]
    some = some if some.size else array.ravel()
    return np.full_like(array, some[int(rng.integers(some.size))])


def some_zero(array: Array, rng: np.random.Generator, parts: int = 0) -> Array:
    """Zeros at one index along an axis, at all others, at every other, in one of so many parts of rows, or
    anywhere.
    """
    # Of a number without axes arithmetic makes one that is no array.
    made = np.array(array)
    axis = int(rng.integers(-1 - bool(parts), array.ndim))
    if axis < 0:
        if axis < -1:
            each = len(array) // parts
            first = each * int(rng.integers(parts))
            made[first : first + each] = 0
        else:
            made[rng.random(array.shape) < rng.choice((0.1, 0.5, 0.9))] = 0
        return made
    count = array.shape[axis]
    # The first and the last as often as any other.
    index = (0, count - 1, int(rng.integers(count)))[int(rng.integers(3))]
    every_other = rng.integers(6) == 0
    chosen = np.arange(count) % 2 == index % 2 if every_other else np.arange(count) == index
    chosen = ~chosen if rng.integers(4) == 0 else chosen
    made[(slice(None),) * axis + (chosen,)] = 0
    return made


def _square(words: str, change: Callable[[Array], Array], holds: Callable[[Array], bool]) -> Condition[Array]:
    """A pattern of each square part; of a single unit nothing is one."""

    def made(array: Array, rng: np.random.Generator) -> Array:
        return np.concatenate([change(part) for part in _square_parts(array)])

    def held(array: Array) -> bool:
        return array.shape[1] > 1 and all(map(holds, _square_parts(array)))

    return Condition(words, made, held, is_square)


def _symmetric(part: Array) -> Array:
    made: Array = (part + part.T) / part.dtype.type(2)
    return made


def _diagonal(part: Array) -> Array:
    # As large as a row of the dense matrix.
    made: Array = np.diag(np.diag(part)) * np.sqrt(len(part)).astype(part.dtype)
    return made


def _identity(part: Array) -> Array:
    return np.eye(len(part), dtype=part.dtype)


def _same(words: str, axis: int, *uses: Use) -> Condition[Array]:
    """Along an axis all is as what has the largest number."""

    def made(array: Array, rng: np.random.Generator) -> Array:
        sizes = np.abs(np.moveaxis(array, axis, 0)).reshape(array.shape[axis], -1).max(axis=1)
        return np.broadcast_to(array.take([int(np.argmax(sizes))], axis), array.shape).copy()

    def holds(array: Array) -> bool:
        several = array.shape[axis] > 1 and array.any()
        return bool(several and np.all(array == array.take([0], axis)))

    return Condition(words, made, holds, lambda block: block.use in uses)


# By level, the most particular first.
PATTERNS: Mapping[str, Condition[Array]] = {
    IDENTITY: _square("{} is the identity", _identity, lambda a: np.array_equal(a, np.eye(len(a)))),
    DIAGONAL: _square("{} is diagonal", _diagonal, lambda a: np.array_equal(a, np.diag(np.diag(a)))),
    SYMMETRIC: _square("{} is symmetric", _symmetric, lambda a: np.array_equal(a, a.T)),
    # Neither what is zero, or diagonal, as well.
    LOWER: _square("{} is lower triangular", np.tril, lambda a: np.array_equal(a != 0, np.tri(len(a)))),
    UPPER: _square("{} is upper triangular", np.triu, lambda a: np.array_equal(a != 0, np.tri(len(a)).T)),
    ONE_HOT: Condition("{} is one-hot", _one_hot, _is_one_hot),
    WHOLE: Condition("{} is of whole numbers", _whole, lambda a: np.array_equal(a, np.round(a))),
    ALIKE: Condition(
        "all numbers of {} are alike", _alike, lambda a: a.size > 1 and bool(np.all(a == a.flat[0]))
    ),
    SAME_RECORDS: _same("all records of {} are alike", 0, Use.INPUT, Use.STATE),
    SAME_STEPS: _same("all steps of {} are alike", 1, Use.INPUT),
    SOME_ZERO: Condition("some numbers of {} are 0", some_zero, lambda a: not a.all()),
    ONE_SIGN: Condition("{} has one sign", _of_one_sign, _is_of_one_sign),
}

# Of inputs, and of weights; those of square blocks are of no other.
OF_INPUTS = (ONE_HOT, WHOLE, ONE_SIGN, ALIKE)
OF_WEIGHTS = (SYMMETRIC, DIAGONAL, ONE_HOT, ONE_SIGN, ALIKE)


def with_patterns(case: Case, levels: Mapping[str, Any], rng: np.random.Generator) -> Case:
    """The case, of random numbers, with those of its inputs and of its weights as the levels say.

    An INITIAL state is a level of its own.
    """
    blocks = dict(case.blocks)
    if of_inputs := PATTERNS.get(levels.get("pattern of inputs", "")):
        for block in case.model.of(Use.INPUT):
            # Of what has no axis of its own each number is one of itself.
            array = blocks[block.name] if block.axes else blocks[block.name][..., None]
            array = of_inputs.apply(array if case.model.functions else UNBOUNDED * array, rng)
            blocks[block.name] = array if block.axes else array[..., 0]
    level = levels.get("pattern of weights", "")
    for block in case.model.of(*PARAMETERS):
        if block.name in blocks:
            blocks[block.name] = _weights(block, blocks[block.name], level, rng)
    return replace(case, blocks=blocks)


def _weights(block: Block, array: Array, level: str, rng: np.random.Generator) -> Array:
    """Weights of a step or a readout in a pattern; of a vector no more than its sign, or its start."""
    pattern, wide = PATTERNS.get(level), len(block.axes) > 1
    if level == INITIAL and len(block.axes) == 1:
        return started(block, array)
    if pattern is None or not pattern.of(block) or (level == ONE_HOT and not wide):
        return array
    made = pattern.apply(array, rng)
    if level in (ONE_SIGN, ALIKE) and wide:
        # So that no row's sum is beyond that of as many numbers of both signs, whose sum grows as their root.
        made = made / array.dtype.type(np.sqrt(array.shape[-1]))
    return made


def started(block: Block, array: Array) -> Array:
    """What a vector usually starts as."""
    parts = len(block.starts) or 1
    starts = np.repeat(np.array(block.starts or (0.0,)), len(array) // parts)
    return starts.astype(array.dtype)
