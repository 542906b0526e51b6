"""How a case of the vanilla model is put as a ``Problem``, and its ``Gradients`` read."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import rnn
from verification.adapters.problem import losses_of
from verification.adapters.rnn.problem import PARAMETERS, Gradients, Problem
from verification.models import vanilla
from verification.models.case import Case, Targets
from verification.models.code import Code
from verification.models.model import Model
from verification.models.truncation import Standard, truncation_of
from verification.models.weighted import Weighted
from verification.properties.engine import InvalidAnswer
from verification.truth.parts import OUTPUTS, VALUE


class VanillaForm:
    """The form of the vanilla model, whose problems name their blocks one by one."""

    def problem(self, case: Case) -> Problem:
        """The case as a ``Problem``, its truncation one of ``rnn``."""
        objective = case.objective
        assert isinstance(objective, Targets | Weighted)  # as of every case of a whole problem
        return Problem(
            activation=case.chosen["activation"].name,
            params={name: case.blocks[name] for name in PARAMETERS},
            xs=case.blocks["xs"],
            targets=objective.targets[:, 0] if objective.last else objective.targets,
            h0=case.blocks["h0"],
            truncation=rnn_truncation(rnn, case.truncation),
            checkpoints=case.checkpoints,
            workspace=case.workspace,
            source=case.source,
            **losses_of(case),
        )

    def read(self, model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """From a ``Gradients``."""
        # Its type, for an object's __class__ may say anything.
        if not issubclass(type(answer), Gradients):
            raise InvalidAnswer(f"returned a {type(answer).__name__}, needed a Gradients")
        return {OUTPUTS: answer.outputs, VALUE: answer.value}, dict(answer.blocks())

    def code(self, case: Case) -> Code:
        """The problem, and the case that it is."""
        imports, problem = self.problem(case).code_parts()
        made = f"case_of(problem, {case.layouts!r})" if case.layouts else "case_of(problem)"
        body = f"problem = {problem}\ncase = {made}\n"
        return Code((), f"{imports}from {__name__} import case_of\n", body)


def rnn_truncation(package: ModuleType, truncation: Any) -> Any:
    """The truncation of its kind that ``rnn``, or a copy of it, has; one of its own kind as it is."""
    truncation = truncation_of(truncation)
    return (
        getattr(package, truncation.kind)(*truncation.numbers)
        if isinstance(truncation, Standard)
        else truncation
    )


def case_of(problem: Problem, layouts: Mapping[str, str] | None = None) -> Case:
    """The problem as a case of the vanilla model, whose arrays are laid out in memory otherwise by name."""
    blocks = problem.arrays()
    targets, weights = blocks.pop("targets"), blocks.pop("weights", None)
    last = problem.targets.ndim == 2
    targets = targets[:, None] if last else targets
    usual = weights is None and not problem.classes
    return Case(
        vanilla,
        blocks,
        Targets(targets, last) if usual else Weighted(targets, last, weights, problem.classes),
        {"activation": problem.activation},
        problem.truncation_as_data,
        checkpoints=problem.checkpoints,
        workspace=problem.workspace,
        layouts=layouts or {},
        lengths=None if problem.lengths is None else tuple(map(int, problem.lengths)),
        source=problem.source,
    )
