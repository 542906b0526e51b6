"""A trial: one engine before one problem, with the truth that it is measured by.

The truth of a problem is computed once, when first asked for, and serves every property and every engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rnn import Truncation
from rnn.arrays import Array
from verification.answer import InvalidAnswer, TimedOut, ask
from verification.oracles import autograd, lags
from verification.problem import Engine, Gradients, Problem
from verification.reference.truncation import mask
from verification.surroundings import Surroundings
from verification.tolerance import WIDER, Expected


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
        """Is there a truth at this precision? Not with an overflow, nor on a relu's kink."""
        return self.table.finite and not self.table.kinked

    @cached_property
    def reach(self) -> Array:
        """(L, T): does the loss reach the step under the problem's truncation?"""
        problem = self.problem
        return mask(*problem.policy, problem.steps)[problem.first_loss :]


@dataclass(frozen=True, eq=False)
class Trial:
    """One engine before one problem.

    ``timed_out``: that the engine did not return on the problem itself; it is then not asked about others.
    """

    engine: Engine
    truth: Truth
    timed_out: list[TimedOut] = field(default_factory=list, init=False)
    _surroundings: Surroundings = field(default_factory=Surroundings, init=False)

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.truth.problem

    @cached_property
    def outcome(self) -> Gradients | InvalidAnswer:
        """The engine's answer to the problem, or what is wrong with it."""
        try:
            return self.ask(self.problem)
        except InvalidAnswer as invalid:
            if isinstance(invalid, TimedOut):
                self.timed_out.append(invalid)
            return invalid

    @property
    def answer(self) -> Gradients:
        """The engine's answer to the problem."""
        if isinstance(self.outcome, InvalidAnswer):
            raise self.outcome
        return self.outcome

    def ask(self, problem: Problem) -> Gradients:
        """The engine's answer to any problem, or InvalidAnswer; or Unsupported, if the engine says so.

        It is given arrays of its own, so that nothing that it does to them is seen by anyone else.
        """
        return self.ask_directly(problem.afresh())

    def ask_directly(self, problem: Problem) -> Gradients:
        """The same, of these very arrays."""
        if self.timed_out:
            raise self.timed_out[0]
        return ask(self.engine, problem, self._surroundings)

    def under(self, truncation: Truncation) -> Gradients:
        """The engine's answer to the same problem under another truncation."""
        return self.ask(self.problem.replaced(truncation=truncation))
