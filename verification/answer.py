"""One question to an engine, and its answer: plain arrays in the agreed form, or what is wrong with it.

All that may run the engine's code is done in the time that an answer has: the call, the reading of what it
returned, whose attributes may be properties, and the text of what it raised.

This is no sandbox. An engine is asked in the process that judges it. What it does there by accident is seen
(``verification.surroundings``), or ends that process, which its parent tells (``verification.workers``).
Whoever means harm, and writes into this package's modules, into objects by ctypes or into files, can have
any verdict, and do whatever the user may do.
"""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import numpy as np

from rnn.arrays import FRACTIONS, Array
from verification import timeout
from verification.problem import BLOCKS, Engine, Gradients, Problem, Unsupported
from verification.quoting import quoted, told, type_name
from verification.surroundings import Surroundings

PARTS = tuple(field.name for field in fields(Gradients))


class InvalidAnswer(Exception):
    """An engine did not answer in the agreed form; the message says how."""


class TimedOut(InvalidAnswer):
    """An engine did not answer in time."""


def ask(engine: Engine, problem: Problem, surroundings: Surroundings) -> Gradients:
    """The engine's answer to these very arrays; ``surroundings`` are as they were before, and are again.

    Its parts are views of the arrays that the engine returned: what is written to those later shows in them.
    Raises InvalidAnswer, or TimedOut if there is no answer in time; and Unsupported if the engine does.
    """
    form = _Form.of(problem)
    changes: list[str] = []

    def attempt() -> Gradients | InvalidAnswer | Unsupported:
        try:
            try:
                answer = engine(problem)
            finally:
                surroundings.restore(changes)
        except timeout.CallTimeout:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and surroundings.interruptible:
                raise
            return _raised(error)
        return form.read(answer)

    outcome: Gradients | InvalidAnswer | Unsupported | None = None
    try:
        try:
            with np.errstate(all="ignore"):
                outcome = timeout.within(timeout.ANSWER, attempt)
        finally:
            # Once more, where an alarm came between, or no calls were left that deep.
            if outcome is None:
                surroundings.restore(changes)
    except timeout.CallTimeout:
        raise TimedOut(f"did not return within {timeout.ANSWER:g} s") from None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and surroundings.interruptible:
            raise
        outcome = InvalidAnswer(f"raised {type_name(type(error))}")
    if changes:
        raise InvalidAnswer(quoted(", ".join(changes)))
    if not isinstance(outcome, Gradients):
        raise outcome
    return outcome


def _raised(error: BaseException) -> InvalidAnswer | Unsupported:
    """What an engine's exception comes to, in a text that is ours."""
    if isinstance(error, Unsupported):
        with contextlib.suppress(Exception):
            return Unsupported(quoted(str(error)))
    invalid = InvalidAnswer(f"raised {told(error)}")
    invalid.__cause__ = error
    return invalid


@dataclass(frozen=True)
class _Form:
    """What an answer has to be like, taken from the problem before the engine has its hands on it.

    ``given``: the problem's arrays by name. ``owners``: they, and what they are views of, by ``id``.
    """

    given: Mapping[str, Array]
    shapes: Mapping[str, tuple[int, ...]]
    dtype: np.dtype[Any]
    owners: frozenset[int]

    @classmethod
    def of(cls, problem: Problem) -> "_Form":
        given = problem.arrays()
        records, steps, _ = problem.xs.shape
        shapes = {"outputs": (records, steps, len(given["c"])), "value": ()}
        shapes |= {name: given[name].shape for name in BLOCKS}
        owners = frozenset(id(owner) for array in given.values() for owner in (array, array.base))
        return cls(given, shapes, problem.dtype, owners)

    def read(self, answer: object) -> Gradients | InvalidAnswer:
        """The parts of an answer, or what is wrong with one of them."""
        # Its type, for an object's __class__ may say anything.
        if not issubclass(type(answer), Gradients):
            return InvalidAnswer(f"returned {_kind(answer)}, needed verification.Gradients")
        parts = {}
        for name in PARTS:
            try:
                part = getattr(answer, name)
            except Exception as error:
                return InvalidAnswer(f"returned Gradients whose {name} raised {told(error)}")
            wrong = self._wrong(name, part)
            if wrong is not None:
                return InvalidAnswer(f"{name} {wrong}")
            # An array object of our own, for an engine may later give its own another shape.
            parts[name] = np.asarray(part)[...]
        return Gradients(**parts)

    def _wrong(self, name: str, part: object) -> str | None:
        """What is wrong with a part."""
        if type(part) is not np.ndarray and not (name == "value" and np.isscalar(part)):
            needed = "a number" if name == "value" else "numpy.ndarray"
            return f"is {_kind(part)}, needed {needed}"
        array = np.asarray(part)
        if array.shape != self.shapes[name]:
            return f"has shape {array.shape}, needed {self.shapes[name]}"
        if array.dtype != self.dtype:
            return f"has dtype {array.dtype}, needed {self.dtype}"
        if self.dtype == FRACTIONS:
            for index, entry in np.ndenumerate(array):
                if type(entry) is not Fraction:
                    return f"holds {_kind(entry)} at {index}, needed a Fraction"
        # An array that owns its memory shares none, unless the problem's are views of it.
        if array.base is not None or id(array) in self.owners:
            for given, other in self.given.items():
                if np.may_share_memory(array, other):
                    return f"is a view of the problem's {given}"
        return None


def _kind(value: object) -> str:
    return "None" if value is None else f"an object of type {type_name(type(value))}"
