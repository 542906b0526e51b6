"""What must hold of any function's backward, as findings on one call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
from hypothesis import strategies as st

from verification.models.arrays import Array
from verification.models.code import Code
from verification.models.layouts import laid_out
from verification.models.tolerance import Expected
from verification.properties.asking import LARGEST, answered, checked_part
from verification.properties.conduct import INPUTS_STAY, MEMORY_LAYOUT, OTHERWISE, SECOND_CALL
from verification.properties.gradients import AUTOGRAD
from verification.properties.property import FORM, Finding, Looked, Property
from verification.properties.trial import found
from verification.truth.comparison import compare
from verification.truth.of_function import differentiable, expected, outputs_of


@dataclass(frozen=True, eq=False)
class Call:
    """Arguments, and a cotangent for each output."""

    arguments: tuple[Any, ...]
    cotangents: tuple[Array, ...]

    def replaced(self, change: Callable[[Array], Array]) -> "Call":
        """The same with ``change(array)`` in the place of every array."""
        arguments = tuple(change(a) if differentiable(a) else a for a in self.arguments)
        return Call(arguments, tuple(map(change, self.cotangents)))


class Engine(Protocol):
    """A function and its backward."""

    @property
    def forward(self) -> Callable[..., Any]:
        """What the backward is judged by: ``forward(*arguments) -> outputs, saved``."""

    @property
    def arguments(self) -> st.SearchStrategy[tuple[Any, ...]]:
        """Tuples of arguments."""

    @property
    def names(self) -> list[str]:
        """The names of the forward's arguments, as far as it names them."""

    def name(self, i: int) -> str:
        """Of the argument with number i."""

    def answer(self, call: Call) -> Mapping[int, Any]:
        """The gradient of each argument, by its number, of these very arrays.

        Raises InvalidAnswer where what comes back has not the adapter's form.
        """

    def code(self, call: Call) -> Code:
        """Statements that make ``engine`` again, and the call as ``case``."""


@st.composite
def calls(draw: st.DrawFn, engine: Engine) -> Call:
    """Arguments, and normal numbers as cotangents. Raises TypeError for arguments that are no tuple."""
    arguments = draw(engine.arguments)
    if not isinstance(arguments, tuple):
        raise TypeError(f"arguments: drew a {type(arguments).__name__}, needed a tuple")
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def cotangent(output: Array) -> Array:
        drawn: Array = rng.standard_normal(np.shape(output))
        if np.iscomplexobj(output):
            drawn = drawn + 1j * rng.standard_normal(np.shape(output))
        return np.asarray(drawn).astype(np.asarray(output).dtype)

    return Call(arguments, tuple(map(cotangent, outputs_of(engine.forward, arguments))))


def ask(engine: Engine, call: Call) -> dict[int, Array]:
    """The gradient of each differentiable argument, by its number; raises as ``answered``."""
    # Taken from the call before the engine has its hands on it.
    needed = {i: (a.shape, a.dtype) for i, a in enumerate(call.arguments) if differentiable(a)}

    def read(told: Mapping[int, Any]) -> dict[int, Array]:
        return {
            i: checked_part(f"the gradient of {engine.name(i)}", told.get(i), *form)
            for i, form in needed.items()
        }

    large = any(size > LARGEST for shape, _ in needed.values() for size in shape)
    return answered(engine.answer, call, read, large)


@dataclass(frozen=True, eq=False)
class Trial:
    """A function and its backward before a call."""

    engine: Engine
    call: Call
    setting = ""

    @cached_property
    def asked(self) -> Call:
        """The call that the engine is asked, as it is after the engine has answered."""
        return self.call.replaced(np.copy)

    @cached_property
    def answer(self) -> dict[int, Array]:
        """The gradient of each differentiable argument, by its number; raises InvalidAnswer."""
        return ask(self.engine, self.asked)

    @cached_property
    def truth(self) -> dict[int, Expected]:
        """The gradient of each by autograd, and how closely it must be met."""
        return expected(self.engine.forward, self.call.arguments, self.call.cotangents)

    @property
    def determined(self) -> bool:
        """Can it be compared? What overflows in the type of its own cannot."""
        return all(each.size < np.finfo(each.dtype).max for each in self.truth.values())

    def compared(self, got: dict[int, Array], told: str = "") -> Looked:
        """Each gradient beside the truth."""
        for i, each in self.truth.items():
            name = self.engine.name(i)
            wrong = compare(f"d_{name}", got[i], each.truth, each.bound)
            yield name, f"{told}{wrong}" if wrong else None, each


def _inputs_stay(trial: Trial) -> Looked:
    for i, each in trial.truth.items():
        name = trial.engine.name(i)
        changed = not np.array_equal(trial.call.arguments[i], trial.asked.arguments[i], equal_nan=True)
        yield name, f"{name} is changed in place" if changed else None, each
    for k, (d, now) in enumerate(zip(trial.call.cotangents, trial.asked.cotangents, strict=True)):
        if not np.array_equal(d, now, equal_nan=True):
            i, each = next(iter(trial.truth.items()))
            yield trial.engine.name(i), f"cotangent {k} is changed in place", each


def _second_call(trial: Trial) -> Looked:
    kept = {i: got.copy() for i, got in trial.answer.items()}
    ask(trial.engine, trial.call.replaced(lambda array: np.asarray(array / -2)))
    for i, got in trial.answer.items():
        name, changed = trial.engine.name(i), not np.array_equal(got, kept[i], equal_nan=True)
        told = f"d_{name} of the first call is changed by a second one" if changed else None
        yield name, told, trial.truth[i]
    yield from trial.compared(ask(trial.engine, trial.call.replaced(np.copy)), "at a second call: ")


def _memory_layout(trial: Trial) -> Looked:
    for how in OTHERWISE:
        other = trial.call.replaced(partial(laid_out, layout=how))
        yield from trial.compared(ask(trial.engine, other), f"with arrays laid out otherwise ({how}): ")


# Those of a model's engine that a function has as well, in the same words.
PROPERTIES: tuple[Property[Trial], ...] = (
    FORM,
    Property(AUTOGRAD.name, AUTOGRAD.claim, AUTOGRAD.about, lambda trial: trial.compared(trial.answer)),
    Property(INPUTS_STAY.name, INPUTS_STAY.claim, INPUTS_STAY.about, _inputs_stay),
    Property(SECOND_CALL.name, SECOND_CALL.claim, SECOND_CALL.about, _second_call),
    Property(MEMORY_LAYOUT.name, MEMORY_LAYOUT.claim, MEMORY_LAYOUT.about, _memory_layout),
)

BY_NAME: Mapping[str, Property[Trial]] = {each.name: each for each in PROPERTIES}


def findings(engine: Engine, call: Call, names: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """What is found of each argument's gradient, by all properties or by those that are named.

    What an engine does not do is found as *declined*.
    """
    chosen = [each for each in PROPERTIES if names is None or each.name in names]
    return found(chosen, Trial(engine, call))
