"""How a cell of ``rnn`` is asked: in a network, of a loss, or as a layer, of cotangents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from verification.adapters.problem import Form
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents
from verification.models.code import Code, of_case
from verification.models.model import Model, Use
from verification.models.truncation import Truncation
from verification.truth.parts import OUTPUTS, final_of


@dataclass(frozen=True, eq=False)
class LayerProblem:
    """What a layer is given: as in ``ModelProblem``, with ``d_outputs`` (N, T, H) and ``d_state``.

    ``d_state``: of the last state's arrays (N, H), None where all of them are 0.
    """

    functions: Mapping[str, str]
    params: Mapping[str, Array]
    xs: Array
    state: tuple[Array, ...]
    d_outputs: Array
    d_state: tuple[Array, ...] | None
    truncation: Truncation
    lengths: Array | None


@dataclass(frozen=True, eq=False)
class LayerGradients:
    """What it answers: outputs, the final state's arrays, and the gradient as in ``ModelGradients``."""

    outputs: Array
    final: tuple[Array, ...]
    params: Mapping[str, Array]
    xs: Array
    state: tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class CellForm:
    """The form of a cell's cases: those with a loss are put as ``whole`` puts them."""

    whole: Form

    def problem(self, case: Case) -> Any:
        """A ``LayerProblem`` of a case of cotangents."""
        objective = case.objective
        if not isinstance(objective, Cotangents):
            return self.whole.problem(case)
        (xs,) = case.inputs.values()
        return LayerProblem(
            functions={role: function.name for role, function in case.chosen.items()},
            params={b.name: case.blocks[b.name] for b in case.model.of(Use.STEP, Use.READOUT)},
            xs=xs,
            state=case.state,
            d_outputs=objective.outputs,
            d_state=objective.state if any(array.any() for array in objective.state) else None,
            truncation=case.truncation,
            lengths=None if case.lengths is None else np.array(case.lengths),
        )

    def read(self, model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """From ``LayerGradients``, or as ``whole`` reads it."""
        if not isinstance(answer, LayerGradients):
            return self.whole.read(model, answer)
        states, inputs = model.of(Use.STATE), model.of(Use.INPUT)
        forward = {OUTPUTS: answer.outputs}
        forward |= {final_of(block): array for block, array in zip(states, answer.final, strict=True)}
        blocks = {**answer.params, inputs[0].name: answer.xs}
        blocks |= {block.name: array for block, array in zip(states, answer.state, strict=True)}
        return forward, blocks

    def code(self, case: Case) -> Code:
        """The case, as it is or as ``whole`` has it."""
        return of_case(case) if isinstance(case.objective, Cotangents) else self.whole.code(case)
