"""A trial: one engine before one problem, with the truth that it is measured by.

The truth of a problem is computed once, when first asked for, and serves every property and every engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnn import Truncation
from rnn.arrays import Array
from verification.oracles import autograd, lags
from verification.problem import BLOCKS, Engine, Gradients, Problem
from verification.reference.truncation import mask
from verification.tolerance import WIDER, Expected


class Misbehaviour(Exception):
    """An engine did not answer in the agreed form; the message says how."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What the oracles say of a problem."""

    problem: Problem

    @cached_property
    def table(self) -> lags.LagTable:
        """The lag table."""
        return lags.lag_table(self.problem)

    @cached_property
    def autograd(self) -> Gradients:
        """The truncated gradient by autograd, in the next wider type."""
        return autograd.gradients(self.problem, WIDER[self.problem.dtype])

    @cached_property
    def blocks(self) -> Mapping[str, Expected]:
        """Every block of the gradient, by masked lags."""
        return self.table.expected(*self.problem.policy)

    @cached_property
    def forward(self) -> Mapping[str, Expected]:
        """The outputs and the loss."""
        return self.table.forward()

    @cached_property
    def determined(self) -> bool:
        """Is there a truth at this precision? Not with an overflow, on a relu's kink, or among denormals."""
        lost = self.table.lost & self.reach
        return self.table.finite and not self.table.kinked and not lost.any()

    @cached_property
    def reach(self) -> Array:
        """(L, T): does the loss reach the step under the problem's truncation?"""
        problem = self.problem
        return mask(*problem.policy, problem.steps)[problem.first_loss :]


@dataclass(frozen=True, eq=False)
class Trial:
    """One engine before one problem."""

    engine: Engine
    truth: Truth

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.truth.problem

    @cached_property
    def answer(self) -> Gradients:
        """The engine's answer to the problem."""
        return self.ask(self.problem)

    def ask(self, problem: Problem) -> Gradients:
        """The engine's answer to any problem, or Misbehaviour."""
        with np.errstate(all="ignore"):
            try:
                answer = self.engine(problem)
            except Exception as error:
                raise Misbehaviour(f"raised {type(error).__name__}: {error}") from error
        if not isinstance(answer, Gradients):
            raise Misbehaviour(f"returned a {type(answer).__name__}, needed Gradients")
        records, steps, _ = problem.xs.shape
        arrays = problem.arrays()
        shapes = {name: arrays[name].shape for name in BLOCKS}
        shapes["outputs"] = (records, steps, len(problem.params["c"]))
        shapes["value"] = ()
        for name, shape in shapes.items():
            part = np.asarray(getattr(answer, name))
            if part.shape != shape:
                raise Misbehaviour(f"{name} has shape {part.shape}, needed {shape}")
            if part.dtype != problem.dtype:
                raise Misbehaviour(f"{name} has dtype {part.dtype}, needed {problem.dtype}")
        for name, part in answer.named().items():
            for given, array in arrays.items():
                if np.may_share_memory(part, array):
                    raise Misbehaviour(f"{name} is a view of the problem's {given}")
        return answer

    def under(self, truncation: Truncation) -> Gradients:
        """The engine's answer to the same problem under another truncation."""
        return self.ask(self.problem.replaced(truncation=truncation))
