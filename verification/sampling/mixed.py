"""Several conditions in one case: each array by itself has zeros, signs, a pattern and a size of its own.

What is met where two or three conditions meet would take as many cases as there are such pairs and triples,
were each case of one. Here every array draws for itself, so that each case meets some of most kinds, and no
two cases the same. Nothing is drawn that leaves an array without a number, but for a parameter, or one of
several states or of their cotangents; nor what a claim declines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.axes import length, unstacked
from verification.models.case import (
    Case,
    Cotangents,
    in_domains,
    objective_given,
    outputs_apart,
    side_by_side,
)
from verification.models.layouts import ALTERNATE, COLUMNS, LAYOUTS, ONE_BUFFER, STEPS_FIRST
from verification.models.model import PARAMETERS, Block, Use
from verification.models.stored import STORED
from verification.sampling.arranging import sharing
from verification.sampling.claim import Claim
from verification.sampling.conditions import MANY
from verification.sampling.factors import EVERYWHERE, NO_BLOCK, OVERFLOWING, RANDOM
from verification.sampling.patterns import (
    ALIKE,
    DIAGONAL,
    IDENTITY,
    LOWER,
    ONE_HOT,
    ONE_SIGN,
    PATTERNS,
    SYMMETRIC,
    UNBOUNDED,
    UPPER,
    WHOLE,
    is_square,
    some_zero,
    started,
)
from verification.sampling.quiet import partly_denormal, quieter

# How often, of each array, something is drawn of each kind.
OFTEN, SELDOM = 0.45, 0.12

# Powers of two by which cotangents differ in size, from one to another.
POWERS = (-24, 24)

# The same of who keeps them in a type of few powers.
FEW_POWERS = (-4, 4)

# By what numbers are larger or smaller than usual.
LARGER, SMALLER = 4.0, 1e-4

# Of how many cases one has all its arrays in C order.
ORDERLY = 3

# What is next to nothing by itself: a power of two, which rounds nothing.
NOTHING = 2.0**-30

# What is said of numbers where no condition is.
PLAIN = {
    "zero": NO_BLOCK,
    "cotangents": EVERYWHERE,
    "pattern of inputs": RANDOM,
    "pattern of weights": RANDOM,
}

# Of a square matrix, or of each that is stacked.
SQUARE = tuple(PATTERNS[level].apply for level in (SYMMETRIC, DIAGONAL, IDENTITY, LOWER, UPPER))


@dataclass(frozen=True)
class Admitted:
    """What a claim admits of one kind of array: zeros in it, patterns, and any power of two."""

    zeros: bool
    patterns: bool
    powers: bool


def mixed(case: Case, claim: Claim, rng: np.random.Generator, zeros: bool = True) -> Case:
    """The case, of random numbers, with conditions on each of its arrays.

    ``zeros``: may some be zero, as where nothing is said of zeros that might leave no number?
    """
    declines = set(claim.declines)
    patterns = "patterns" not in declines
    every = all(STORED.get(name, np.inf) == np.inf for name in claim.dtypes)
    of_parameters = Admitted(zeros and "zero blocks" not in declines, patterns, every)
    of_data = Admitted(
        zeros and not declines & {"zero blocks", "zero records", "zero steps"}, patterns, every
    )
    of_cotangents = Admitted(zeros and "missing cotangents" not in declines, patterns, every)
    bounded = bool(case.model.functions)
    powers = POWERS if every else FEW_POWERS

    def of_data_size(rng: np.random.Generator) -> float:
        return LARGER if bounded and rng.integers(2) else SMALLER if rng.integers(2) else 1.0

    def power(rng: np.random.Generator) -> float:
        return 2.0 ** int(rng.integers(*powers, endpoint=True))

    blocks = dict(case.blocks)
    for block in (each for each in case.model.blocks if each.name in blocks):
        if block.use in PARAMETERS:
            few = all(length(unstacked(axis), case.sizes) <= MANY for axis in block.axes)
            blocks[block.name] = _parameter(block, blocks[block.name], of_parameters, few, rng)
        else:
            # A domain of the user's own may have its trouble with numbers next to nothing.
            admitted = replace(of_data, powers=of_data.powers and block.domain is None)
            blocks[block.name] = _numbers(blocks[block.name], admitted, of_data_size, rng, bounded)
    states = {block.name: blocks[block.name] for block in case.model.of(Use.STATE)}
    states = one_as_another(states, rng) if patterns else states
    blocks |= _one_zero(states, rng) if of_data.zeros else states
    objective = case.objective
    if isinstance(objective, Cotangents):
        parts = outputs_apart(case, objective.outputs)
        outputs = {name: _numbers(array, of_cotangents, power, rng) for name, array in parts.items()}
        ends = {str(i): _numbers(array, of_cotangents, power, rng) for i, array in enumerate(objective.state)}
        ends = one_as_another(ends, rng) if patterns else ends
        if of_cotangents.zeros:
            outputs, ends = _one_zero(outputs, rng) if len(outputs) > 1 else outputs, _one_zero(ends, rng)
        objective = Cotangents(side_by_side(outputs), tuple(ends.values()))
    return in_domains(replace(case, blocks=blocks, objective=objective))


def _parameter(block: Block, array: Array, admitted: Admitted, few: bool, rng: np.random.Generator) -> Array:
    """Weights, of which no row's sum becomes larger than that of as many numbers of both signs.

    ``few``: are there so few along each axis that they may be alike? Many equal addends round alike.
    """
    made = array
    if admitted.zeros and rng.random() < SELDOM:
        return started(block, array) if block.starts and rng.integers(2) else np.zeros_like(array)
    wide = made.ndim > 1
    if admitted.patterns and _is_square(block, array) and rng.random() < OFTEN:
        made = SQUARE[int(rng.integers(len(SQUARE)))](made, rng)
    if admitted.patterns and rng.random() < OFTEN:
        made = (_of_a_sign if rng.integers(3) or not few else _alike)(made, rng)
        made = (made / np.sqrt(made.shape[-1])).astype(array.dtype) if wide else made
    if admitted.patterns and not wide and rng.random() < OFTEN:
        made = PATTERNS[WHOLE].apply(made, rng)
    if admitted.zeros and rng.random() < OFTEN:
        made = some_zero(made, rng, len(block.parts))
    if rng.random() < SELDOM:
        made = (made * (NOTHING if admitted.powers and rng.integers(2) else SMALLER)).astype(array.dtype)
    return np.asarray(made) if made.any() else array


def _is_square(block: Block, array: Array) -> bool:
    """By its axes, or by these sizes."""
    return is_square(block) or (array.ndim == 2 and len(array) == array.shape[1] * max(1, len(block.parts)))


def _numbers(
    array: Array,
    admitted: Admitted,
    size: Callable[[np.random.Generator], float],
    rng: np.random.Generator,
    bounded: bool = True,
) -> Array:
    """Inputs, states or cotangents; ``size``: by what their numbers become larger or smaller.

    Those that nothing bounds, of a model without functions, grow no further.
    """
    if not array.ndim or not array.any():
        return array
    made = array
    if admitted.patterns:
        made = _pattern(made, admitted, rng)
        made = made if bounded or made is array else (UNBOUNDED * made).astype(array.dtype)
    if admitted.zeros and rng.random() < OFTEN:
        made = some_zero(made, rng)
    if rng.random() < OFTEN:
        made = (made * size(rng)).astype(array.dtype)
    several = [axis for axis, count in enumerate(array.shape) if count > 1]
    if admitted.powers and several and rng.random() < SELDOM:
        axis = several[int(rng.integers(len(several)))]
        index = int(rng.integers(array.shape[axis]))
        # Beside zeros alone it would be all there is, and far below nothing.
        made = quieter(made, axis, index) if np.delete(made, index, axis).any() else made
    if admitted.powers and several and rng.random() < SELDOM:
        made = partly_denormal(made, rng)
    return made if made.any() else array


def _pattern(array: Array, admitted: Admitted, rng: np.random.Generator) -> Array:
    """Some of: alike along an axis, of one sign, of whole numbers, 0 and 1 alone."""
    made = array
    if rng.random() < OFTEN:
        made = _alike(made, rng)
    if rng.random() < OFTEN:
        made = _of_a_sign(made, rng)
    if rng.random() < OFTEN:
        changes = [PATTERNS[WHOLE].apply, _ones]
        changes += [PATTERNS[ONE_HOT].apply, _zero_and_one] if admitted.zeros else []
        made = changes[int(rng.integers(len(changes)))](made, rng)
    return made


def _ones(array: Array, rng: np.random.Generator) -> Array:
    """1 with each number's sign."""
    made: Array = np.sign(array.real).astype(array.dtype)
    return made


def _zero_and_one(array: Array, rng: np.random.Generator) -> Array:
    made: Array = (array.real > 0).astype(array.dtype)
    return made


def _of_a_sign(array: Array, rng: np.random.Generator) -> Array:
    made: Array = PATTERNS[ONE_SIGN].apply(array, rng) * array.dtype.type(rng.choice((-1, 1)))
    return made


def _alike(array: Array, rng: np.random.Generator) -> Array:
    """All numbers, or all along an axis."""
    axis = int(rng.integers(array.ndim + 1))
    if axis == array.ndim:
        return PATTERNS[ALIKE].apply(array, rng)
    index = int(rng.integers(array.shape[axis]))
    return np.broadcast_to(array.take([index], axis), array.shape).copy()


def _one_zero(arrays: Mapping[str, Array], rng: np.random.Generator) -> dict[str, Array]:
    """One of them is seldom zero, if another is not."""
    made = dict(arrays)
    name = list(made)[int(rng.integers(len(made)))]
    others = any(array.any() for other, array in made.items() if other != name)
    if others and rng.random() < 2 * SELDOM:
        made[name] = 0 * made[name]
    return made


def one_as_another(arrays: Mapping[str, Array], rng: np.random.Generator) -> dict[str, Array]:
    """One of them is seldom as another of its shape, where neither is zero."""
    made = dict(arrays)
    one, other = (list(made)[int(rng.integers(len(made)))] for _ in range(2))
    alike = made[one].shape == made[other].shape and made[one].any() and made[other].any()
    if alike and rng.random() < 2 * SELDOM:
        made[one] = made[other].copy()
    return made


def layouts(case: Case, claim: Claim, rng: np.random.Generator) -> Case:
    """The case, whose arrays lie in memory each in a way of its own, or all in C order.

    Two that share their memory have one's numbers.
    """
    if rng.integers(ORDERLY) == 0:
        return case
    if "shared memory" not in claim.declines and rng.random() < 2 * SELDOM:
        case = sharing(case, rng)
    return replace(case, layouts={**ways(case, claim, rng), **case.layouts})


def ways(case: Case, claim: Claim, rng: np.random.Generator) -> dict[str, str]:
    """By the name of an array a way in which it lies; half of them in C order, and none of those."""
    views = "views" not in claim.declines
    known = [name for name in LAYOUTS if views or name not in (STEPS_FIRST, COLUMNS, ALTERNATE)]
    made = {
        name: known[int(rng.integers(len(known)))]
        for name in (*case.blocks, *objective_given(case, case.objective).arrays())
        if rng.integers(2)
    }
    parameters = [block.name for block in case.model.of(*PARAMETERS) if block.name in case.blocks]
    if views and len(parameters) > 1 and rng.random() < 2 * SELDOM:
        made |= dict.fromkeys(parameters, ONE_BUFFER)
    return made


def open_to_zeros(levels: Mapping[str, Any]) -> bool:
    """Do levels say nothing of what is zero?"""
    return (levels.get("zero", NO_BLOCK), levels.get("cotangents", EVERYWHERE)) == (NO_BLOCK, EVERYWHERE)


def is_plain(levels: Mapping[str, Any]) -> bool:
    """Do levels say nothing of the numbers of a case, which each array then may have conditions of?"""
    return all(levels.get(factor, level) == level for factor, level in PLAIN.items()) and (
        OVERFLOWING not in (levels.get("inputs"), levels.get("vectors"))
    )
