"""How a case of the vanilla model is put as a ``Problem``, and its ``Gradients`` read."""

from types import ModuleType
from typing import Any

import rnn
from verification.adapters.rnn.problem import PARAMETERS, Gradients, Problem
from verification.models import vanilla
from verification.models.case import Case, Targets
from verification.models.model import Model
from verification.models.truncation import Firsts, Policy, Truncation, policy_of
from verification.properties.engine import InvalidAnswer
from verification.truth.parts import OUTPUTS, VALUE


class VanillaForm:
    """The form of the vanilla model, whose problems name their blocks one by one."""

    by_record = ("xs", "targets", "h0")

    def problem(self, case: Case) -> Problem:
        """The case as a ``Problem``, its truncation one of ``rnn``."""
        objective = case.objective
        assert isinstance(objective, Targets)  # as of every case of a whole problem
        return Problem(
            activation=case.cast["activation"].name,
            params={name: case.blocks[name] for name in PARAMETERS},
            xs=case.blocks["xs"],
            targets=objective.targets[:, 0] if objective.last else objective.targets,
            h0=case.blocks["h0"],
            truncation=self.truncation(case.policy),
            checkpoints=case.checkpoints,
            workspace=case.workspace,
            source=case.source,
        )

    def truncation(self, policy: Truncation) -> Any:
        """One of ``rnn``, or as it is."""
        return truncation_of(rnn, policy)

    def read(self, model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """From a ``Gradients``."""
        # Its type, for an object's __class__ may say anything.
        if not issubclass(type(answer), Gradients):
            raise InvalidAnswer(f"returned a {type(answer).__name__}, needed a Gradients")
        return {OUTPUTS: answer.outputs, VALUE: answer.value}, dict(answer.blocks())

    def code(self, case: Case) -> str:
        """The problem's own program."""
        return self.problem(case).code()

    def expression(self, model: Model, part: str) -> str:
        """By its name."""
        return f"answer.{part}"


def truncation_of(package: ModuleType, truncation: Any) -> Any:
    """The truncation of its kind that ``rnn``, or a copy of it, has; one of its own kind as it is."""
    policy = policy_of(truncation)
    return getattr(package, policy.kind)(*policy.numbers) if isinstance(policy, Policy) else truncation


def case_of(problem: Problem) -> Case:
    """The problem as a case of the vanilla model."""
    blocks = problem.arrays()
    targets = blocks.pop("targets")
    kind, numbers = problem.policy
    last = problem.targets.ndim == 2
    return Case(
        vanilla,
        blocks,
        Targets(targets[:, None] if last else targets, last),
        {"activation": problem.activation},
        Firsts(numbers) if kind == "own" else Policy(kind, numbers),
        checkpoints=problem.checkpoints,
        workspace=problem.workspace,
        source=problem.source,
    )
