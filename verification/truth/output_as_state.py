"""An output that is not a state, in a form that every oracle takes: as a state.

A model that names its ``output`` becomes one whose first state is that output: each step computes it from the
state after it, and no step reads it. So it is rounded, perturbed and differentiated as a state is. Afterwards
results about the added state are removed again.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

import numpy as np

from verification.models.case import (
    Case,
    Cotangents,
    final_cotangents,
    outputs_apart,
    outputs_cotangent,
    put_out_by,
)
from verification.models.model import Block, Model, State, Use
from verification.truth.parts import OUTPUTS, final_of

Each = TypeVar("Each")


def as_state(case: Case) -> Case:
    """The case with its output as its first state; unchanged if that is its first state already, or if it has
    targets.
    """
    if not _is_apart(case):
        return case
    shape, name = put_out_by(case), _block(case.model, 0).name
    none = np.zeros((case.records, *shape), case.dtype)
    return replace(
        case,
        model=_with_state(case.model, len(shape)),
        blocks={**case.blocks, name: none},
        objective=Cotangents(outputs_cotangent(case), (none, *final_cotangents(case))),
    )


def left_out(given: Case, by_name: Mapping[str, Each]) -> dict[str, Each]:
    """Values by block or forward part, without those of the state that ``as_state`` has added to the case.

    Of several outputs each is a part of its own.
    """
    block = _block(given.model, 0)
    added = (block.name, final_of(block)) if _is_apart(given) else ()
    left: dict[str, Any] = {name: each for name, each in by_name.items() if name not in added}
    return outputs_apart(given, left.pop(OUTPUTS)) | left if OUTPUTS in left else left


def _is_apart(case: Case) -> bool:
    return case.model.output is not None and isinstance(case.objective, Cotangents)


def _block(model: Model, axes: int) -> Block:
    """The state that stands for the output, with a name that no other block has."""
    name = "output"
    while name in {block.name for block in model.blocks}:
        name += "_"
    return Block(name, tuple(f"output{i}" for i in range(axes)), Use.STATE)


@cache
def _with_state(model: Model, axes: int) -> Model:
    """The model whose step returns its output before its states."""
    names = [block.name for block in model.of(Use.INPUT)]

    def step(f: Any, p: Any, x: Any, _: Any, *state: Any) -> State:
        inputs = {name: x[name] for name in names} if len(names) > 1 else {names[0]: x}
        after = model.advance(f, p, inputs, state)
        return model.put_out(f, p, inputs, state, after), *after

    return replace(model, blocks=(_block(model, axes), *model.blocks), step=step, output=None, in_chunks=None)
