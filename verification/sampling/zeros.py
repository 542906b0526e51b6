"""A part of a case is zero, and the others are not: a block by itself, a record, a step, some cotangents."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from verification.models.arrays import Array, Arrays
from verification.models.case import Case, Cotangents, axes_put_out, each_output_alone
from verification.models.condition import Condition
from verification.models.model import Use
from verification.sampling.factors import OUTPUTS

# Of what can be zero beside one block: all that one record is given, its state alone, all inputs of a step.
RECORD, STATE_OF_RECORD, STEP = "a record", "a record's state", "a step"

# What has no cotangent; all outputs have none where losses are of the final state.
NOT_OF_RECORD, NOT_OF_UNIT, NOT_OF_STEP = "not of a record", "not of a unit", "not of a step"
NOT_OF_OUTPUT = "not of one of several outputs"

Change: TypeAlias = Callable[[Cotangents, Case, np.random.Generator], Cotangents]

ZERO = Condition[Array]("{} is 0", lambda array, rng: 0 * array, lambda array: not array.any())


def _along(words: str, axis: int, *uses: Use) -> Condition[Arrays]:
    """What all arrays of these uses have at one index of an axis is zero."""

    def made(arrays: Arrays, rng: np.random.Generator) -> Arrays:
        chosen = _one_of(arrays, axis, rng)
        return [_without(array, axis, chosen) for array in arrays]

    def holds(arrays: Arrays) -> bool:
        """Of a step: that of any record."""
        return any(not array.any(axis=tuple(range(axis + 1, array.ndim))).all() for array in arrays)

    return Condition(words, made, holds, lambda block: block.use in uses)


ZEROS: Mapping[str, Condition[Arrays]] = {
    RECORD: _along("a record of {} is 0", 0, Use.INPUT, Use.STATE),
    STATE_OF_RECORD: _along("a record of {} is 0", 0, Use.STATE),
    STEP: _along("a step of {} is 0", 1, Use.INPUT),
}


def with_zeros(case: Case, levels: Mapping[str, Any], rng: np.random.Generator) -> Case:
    """The case with zeros where "zero" says, and no cotangent where "cotangents" says."""
    level, blocks = levels.get("zero", ""), dict(case.blocks)
    if level in blocks:
        blocks[level] = ZERO.apply(blocks[level], rng)
    zeros = ZEROS.get(level)
    some = [block.name for block in case.model.blocks if zeros and zeros.of(block) and block.has_zero]
    if zeros and some:
        blocks |= zip(some, zeros.apply([blocks[name] for name in some], rng), strict=True)
    return with_cotangents(replace(case, blocks=blocks), levels.get("cotangents", ""), rng)


def with_cotangents(case: Case, level: str, rng: np.random.Generator) -> Case:
    """The case without the cotangents that a level says, if it has any."""
    missing = COTANGENTS.get(level)
    return missing.apply(case, rng) if missing and isinstance(case.objective, Cotangents) else case


def _missing(words: str, change: Change, holds: Callable[[Array, Cotangents], bool]) -> Condition[Case]:
    """What has no cotangent; ``holds`` is called with those of the outputs, and with all."""

    def made(case: Case, rng: np.random.Generator) -> Case:
        assert isinstance(case.objective, Cotangents)  # as of every case of which it is said
        return replace(case, objective=change(case.objective, case, rng))

    def held(case: Case) -> bool:
        objective = case.objective
        return isinstance(objective, Cotangents) and holds(objective.outputs, objective)

    return Condition(words, made, held)


def _not_of_record(objective: Cotangents, case: Case, rng: np.random.Generator) -> Cotangents:
    record = int(rng.integers(case.records))
    return objective.replaced(lambda array: _without(array, 0, record))


def _record_has_none(outputs: Array, objective: Cotangents) -> bool:
    some = [array.reshape(len(array), -1).any(axis=1) for array in objective.arrays().values()]
    return not np.any(some, axis=0).all()


def _not_of_unit(objective: Cotangents, case: Case, rng: np.random.Generator) -> Cotangents:
    """One of the outputs' first axis, and of the states that have that axis."""
    units, unit = axes_put_out(case.model)[:1], int(rng.integers(objective.outputs.shape[2]))
    state = tuple(
        _without(array, 1, unit) if block.axes[:1] == units else array
        for block, array in zip(case.model.of(Use.STATE), objective.state, strict=True)
    )
    return Cotangents(_without(objective.outputs, 2, unit), state)


def _not_of_output(objective: Cotangents, case: Case, rng: np.random.Generator) -> Cotangents:
    alone = [*each_output_alone(case).values()]
    return replace(objective, outputs=objective.outputs - alone[int(rng.integers(len(alone)))])


def _not_of_step(objective: Cotangents, case: Case, rng: np.random.Generator) -> Cotangents:
    return replace(objective, outputs=_without(objective.outputs, 1, int(rng.integers(case.steps))))


# By level, of "losses" and of "cotangents".
COTANGENTS: Mapping[str, Condition[Case]] = {
    "final state": _missing(
        "no output has a cotangent",
        lambda objective, case, rng: Cotangents(0 * objective.outputs, objective.state),
        lambda outputs, objective: not outputs.any(),
    ),
    OUTPUTS: _missing(
        "the final state has no cotangent",
        lambda objective, case, rng: Cotangents(objective.outputs, tuple(0 * a for a in objective.state)),
        lambda outputs, objective: not any(array.any() for array in objective.state),
    ),
    NOT_OF_RECORD: _missing("a record has no cotangent", _not_of_record, _record_has_none),
    NOT_OF_UNIT: _missing(
        "a unit of the outputs has no cotangent",
        _not_of_unit,
        lambda outputs, _: bool(outputs.any() and outputs.ndim > 2 and not outputs.any(axis=(0, 1)).all()),
    ),
    NOT_OF_OUTPUT: _missing("", _not_of_output, lambda outputs, objective: False),
    NOT_OF_STEP: _missing(
        "the outputs of a step have no cotangent",
        _not_of_step,
        lambda outputs, _: bool(outputs.any() and not outputs.any(axis=(0, *range(2, outputs.ndim))).all()),
    ),
}


def _one_of(arrays: Arrays, axis: int, rng: np.random.Generator) -> int:
    """An index along an axis, not that of the largest number, which another level may have put there."""
    count = arrays[0].shape[axis]
    largest = [np.abs(np.moveaxis(array, axis, 0)).reshape(count, -1).max(axis=1) for array in arrays]
    loud = int(np.argmax(np.max(largest, axis=0)))
    others = [i for i in range(count) if i != loud] or [loud]
    return others[int(rng.integers(len(others)))]


def _without(array: Array, axis: int, index: int) -> Array:
    """The array with zeros at an index along an axis."""
    left = array.copy()
    left[(slice(None),) * axis + (index,)] = 0
    return left
