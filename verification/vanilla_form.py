"""How a case of the vanilla model is put as a ``Problem``, and its ``Gradients`` read."""

from typing import Any

import rnn
from verification.asked.case import Case, Targets
from verification.asked.model import Model
from verification.asked.policies import Policy
from verification.judging.engine import InvalidAnswer
from verification.problem import PARAMETERS, Gradients, Problem
from verification.truth.parts import OUTPUTS, VALUE


class VanillaForm:
    """The form of the vanilla model, whose problems name their blocks one by one."""

    by_record = ("xs", "targets", "h0")

    def problem(self, case: Case) -> Problem:
        """The case as a ``Problem``, its truncation one of ``rnn``."""
        objective, policy = case.objective, case.policy
        assert isinstance(objective, Targets)  # as of every case of a whole problem
        truncation = getattr(rnn, policy.kind)(*policy.numbers) if isinstance(policy, Policy) else policy
        return Problem(
            activation=case.cast["activation"].name,
            params={name: case.blocks[name] for name in PARAMETERS},
            xs=case.blocks["xs"],
            targets=objective.targets[:, 0] if objective.last else objective.targets,
            h0=case.blocks["h0"],
            truncation=truncation,
            checkpoints=case.checkpoints,
            workspace=case.workspace,
        )

    def read(self, model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """From a ``Gradients``."""
        if not isinstance(answer, Gradients):
            raise InvalidAnswer(f"returned a {type(answer).__name__}, needed a Gradients")
        return {OUTPUTS: answer.outputs, VALUE: answer.value}, dict(answer.blocks())

    def code(self, case: Case) -> str:
        """The problem's own program."""
        return self.problem(case).code()

    def expression(self, model: Model, part: str) -> str:
        """By its name."""
        return f"answer.{part}"
