"""A trial: one engine before one problem, with the truth that it is measured by.

The truth of a problem is computed once, when first asked for, and serves every property and every engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rnn import Truncation
from rnn.arrays import Array
from verification import patience
from verification.oracles import autograd, lags
from verification.problem import BLOCKS, Engine, Gradients, Problem, Unsupported
from verification.reference.truncation import mask
from verification.tolerance import WIDER, Expected


class Misbehaviour(Exception):
    """An engine did not answer in the agreed form; the message says how."""


class Late(Misbehaviour):
    """An engine did not answer in time."""


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

    ``late``: that the engine did not return on the problem itself; it is then not asked about others.
    """

    engine: Engine
    truth: Truth
    late: list[Late] = field(default_factory=list, init=False)

    @property
    def problem(self) -> Problem:
        """The problem."""
        return self.truth.problem

    @cached_property
    def answer(self) -> Gradients:
        """The engine's answer to the problem."""
        try:
            return self.ask(self.problem)
        except Late as late:
            self.late.append(late)
            raise

    def ask(self, problem: Problem) -> Gradients:
        """The engine's answer to any problem, or Misbehaviour; or Unsupported, if the engine says so.

        It is given arrays of its own, so that nothing that it does to them is seen by anyone else.
        """
        return self.ask_directly(problem.afresh())

    def ask_directly(self, problem: Problem) -> Gradients:
        """The same, of these very arrays."""
        if self.late:
            raise self.late[0]
        # All that is needed of the problem, taken from it before the engine has its hands on it.
        given, dtype = problem.arrays(), problem.dtype
        records, steps, _ = problem.xs.shape
        shapes = {name: given[name].shape for name in BLOCKS}
        shapes["outputs"] = (records, steps, len(given["c"]))
        shapes["value"] = ()
        answer = self._returned(problem)
        for name, shape in shapes.items():
            part = getattr(answer, name, None)
            number = name == "value" and np.isscalar(part)
            if type(part) is not np.ndarray and not number:
                needed = "a number" if name == "value" else "an ndarray"
                raise Misbehaviour(f"{name} is a {type(part).__name__}, needed {needed}")
            array = np.asarray(part)
            if array.shape != shape:
                raise Misbehaviour(f"{name} has shape {array.shape}, needed {shape}")
            if array.dtype != dtype:
                raise Misbehaviour(f"{name} has dtype {array.dtype}, needed {dtype}")
        for name, part in answer.named().items():
            for input_, array in given.items():
                if np.may_share_memory(part, array):
                    raise Misbehaviour(f"{name} is a view of the problem's {input_}")
        return answer

    def _returned(self, problem: Problem) -> Gradients:
        """What the engine returned, if it did, and in time."""
        with np.errstate(all="ignore"):
            try:
                answer = patience.within(patience.ANSWER, lambda: self.engine(problem))
            except (KeyboardInterrupt, Unsupported):
                raise
            except patience.Overdue:
                raise Late(f"did not return within {patience.ANSWER:g} s") from None
            except BaseException as error:
                raise Misbehaviour(f"raised {_told(error)}") from error
        if not isinstance(answer, Gradients):
            raise Misbehaviour(f"returned a {type(answer).__name__}, needed Gradients")
        return answer

    def under(self, truncation: Truncation) -> Gradients:
        """The engine's answer to the same problem under another truncation."""
        return self.ask(self.problem.replaced(truncation=truncation))


def _told(error: BaseException) -> str:
    """An exception's name and message, which may be another of its engine's faults."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__
