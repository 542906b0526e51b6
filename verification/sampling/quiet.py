"""Numbers far below others, by which an epsilon, a threshold or a test for zero tells, and next to 1 or 0.

A record, a step or a unit that is next to nothing beside the others, their cotangents, some numbers that are
denormal, and a decay that leaves nearly all, or nearly nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from verification.models.arrays import Array, Arrays
from verification.models.case import Case, Cotangents
from verification.models.condition import Condition
from verification.models.model import Block, Use
from verification.models.stored import limits
from verification.sampling.zeros import RECORD, STEP

# What is next to nothing beside other numbers: a power of two, which rounds nothing. So far below them is
# what is recognised as such.
QUIET, SEEN = 2.0**-42, 2.0**-36

# Powers of two by which a decay is off 1 or 0, by 1e-8 to 1e-4: a power of ten is not the same to the bit on
# every processor.
NEAR = (-27, -14)

# By what denormal numbers are below the least normal one: the reciprocal overflows, and a ten-thousandth is
# not zero.
BELOW = 2.0**-9

# The share of an array's numbers that are far from the others.
PART = 0.1

# Beside a record and a step: the first axis of each record's state.
UNIT = "a unit"


def quieter(array: Array, axis: int, index: int) -> Array:
    """What has one index along an axis is far below the others."""
    made = array.copy()
    made[(slice(None),) * axis + (index,)] *= QUIET
    return made


def _is_quiet(array: Array, axis: int) -> bool:
    """Is what has one index along an axis so, and not zero?"""
    if array.ndim <= axis:
        return False
    others = tuple(each for each in range(array.ndim) if each != axis)
    sizes = np.max(np.abs(array), axis=others, initial=0)
    return bool(0 < sizes.min() < SEEN * sizes.max())


def _along(words: str, axis: int, *uses: Use, first: bool = False) -> Condition[Arrays]:
    """All arrays of these uses are quiet at one index of an axis, which is drawn or the first."""

    def made(arrays: Arrays, rng: np.random.Generator) -> Arrays:
        index = 0 if first else int(rng.integers(arrays[0].shape[axis]))
        return [quieter(array, axis, index) if array.ndim > axis else array for array in arrays]

    def holds(arrays: Arrays) -> bool:
        return any(_is_quiet(array, axis) for array in arrays)

    return Condition(words, made, holds, lambda block: block.use in uses)


# By what is quiet.
QUIET_NUMBERS: Mapping[str, Condition[Arrays]] = {
    RECORD: _along("a record of {} is far below the others", 0, Use.INPUT, Use.STATE),
    STEP: _along("a step of {} is far below the others", 1, Use.INPUT),
    UNIT: _along("a unit of {} is far below the others", 1, Use.STATE, first=True),
}


def _quiet_record(case: Case, rng: np.random.Generator) -> Case:
    quiet = partial(quieter, axis=0, index=int(rng.integers(case.records)))
    return replace(case, objective=case.objective.replaced(quiet))


def _has_quiet_record(case: Case) -> bool:
    return any(_is_quiet(array, 0) for array in case.objective.arrays().values())


def _quiet_step(case: Case, rng: np.random.Generator) -> Case:
    """The last one, and the final state's."""
    objective = case.objective
    assert isinstance(objective, Cotangents)  # as of every case of which it is said
    outputs = quieter(objective.outputs, 1, case.steps - 1)
    return replace(case, objective=Cotangents(outputs, tuple(array * QUIET for array in objective.state)))


def _has_quiet_step(case: Case) -> bool:
    return isinstance(case.objective, Cotangents) and _is_quiet(case.objective.outputs, 1)


def partly_denormal(array: Array, rng: np.random.Generator) -> Array:
    """Some of the numbers are below the least normal one, and none becomes zero."""
    size = np.abs(array)
    sign = np.divide(array, size, out=np.zeros_like(array), where=size > 0)
    below = (1 + np.minimum(size, 1)) * float(limits(array.dtype).tiny) * BELOW
    return in_part(array, sign * below, PART, rng)


def in_part(array: Array, other: Array, part: float, rng: np.random.Generator) -> Array:
    """So many of the numbers, and at least one, are of the other array."""
    chosen = rng.random(array.shape) < part
    chosen.flat[int(rng.integers(array.size))] = True
    return np.where(chosen, other, array).astype(array.dtype)


def _denormal(case: Case, rng: np.random.Generator) -> Case:
    return replace(case, objective=case.objective.replaced(partial(partly_denormal, rng=rng)))


def _has_denormal(case: Case) -> bool:
    least = float(limits(case.dtype).tiny)
    sizes = map(np.abs, case.objective.arrays().values())
    return any(bool(np.any((size > 0) & (size < least))) for size in sizes)


# By what is so.
QUIET_COTANGENTS: Mapping[str, Condition[Case]] = {
    RECORD: Condition("a record's cotangents are far below the others'", _quiet_record, _has_quiet_record),
    STEP: Condition("a step's cotangents are far below the others'", _quiet_step, _has_quiet_step),
    "denormal": Condition("a cotangent is below the least normal number", _denormal, _has_denormal),
}


def _next_to(base: float, of: Callable[[Block], bool] = lambda block: True) -> Condition[Array]:
    """Numbers a little below this one, in double precision: in single precision some are this one."""

    def made(array: Array, rng: np.random.Generator) -> Array:
        near: Array = base - np.ldexp(rng.uniform(1, 2, array.shape), rng.integers(*NEAR, array.shape))
        return near

    def holds(array: Array) -> bool:
        off = np.abs(array - base)
        return bool(off.any() and off.max() < 2.0 ** NEAR[1])

    return Condition(f"all numbers of {{}} are next to {base:.0f}", made, holds, of)


# By what they are next to. How small any numbers are is found by making them larger: of those of a domain,
# which may not be scaled, it is seen.
NEXT_TO: Mapping[float, Condition[Array]] = {
    1.0: _next_to(1.0),
    0.0: _next_to(0.0, lambda block: block.domain is not None),
}
