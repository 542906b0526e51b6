"""A part of a case is zero, and the others are not: a block by itself, a record, a step, some cotangents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, axes_put_out, each_output_alone
from verification.models.model import Use
from verification.sampling.conditions import (
    NOT_OF_OUTPUT,
    NOT_OF_RECORD,
    NOT_OF_STEP,
    NOT_OF_UNIT,
    RECORD,
    STATE_OF_RECORD,
    STEP,
)


def with_zeros(case: Case, levels: Mapping[str, Any], rng: np.random.Generator) -> Case:
    """The case with zeros where "zero" says, and no cotangent where "cotangents" says."""
    level, blocks = levels.get("zero"), dict(case.blocks)
    if level in blocks:
        blocks[level] = 0 * blocks[level]
    names = {
        RECORD: (Use.INPUT, Use.STATE),
        STATE_OF_RECORD: (Use.STATE,),
        STEP: (Use.INPUT,),
    }.get(level or "", ())
    some = [block.name for block in case.model.of(*names) if block.has_zero]
    axis = int(level == STEP)
    chosen = _one_of([blocks[name] for name in some], axis, rng) if some else 0
    for name in some:
        blocks[name] = _without(blocks[name], axis, chosen)
    case = replace(case, blocks=blocks)
    objective = case.objective
    if isinstance(objective, Cotangents):
        case = replace(case, objective=_in_part(objective, levels.get("cotangents"), case, rng))
    return case


def _in_part(objective: Cotangents, level: Any, case: Case, rng: np.random.Generator) -> Cotangents:
    """Cotangents without those of a record, a unit or a step."""
    if level == NOT_OF_RECORD:
        record = int(rng.integers(case.records))
        return objective.replaced(lambda array: _without(array, 0, record))
    if level == NOT_OF_STEP:
        return replace(objective, outputs=_without(objective.outputs, 1, int(rng.integers(case.steps))))
    if level == NOT_OF_OUTPUT:
        alone = [*each_output_alone(replace(case, objective=objective)).values()]
        return replace(objective, outputs=objective.outputs - alone[int(rng.integers(len(alone)))])
    if level == NOT_OF_UNIT:
        blocks, units = case.model.of(Use.STATE), axes_put_out(case.model)[:1]
        unit = int(rng.integers(objective.outputs.shape[2]))
        state = tuple(
            _without(array, 1, unit) if block.axes[:1] == units else array
            for block, array in zip(blocks, objective.state, strict=True)
        )
        return Cotangents(_without(objective.outputs, 2, unit), state)
    return objective


def _one_of(arrays: list[Array], axis: int, rng: np.random.Generator) -> int:
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
