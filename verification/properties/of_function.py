"""What must hold of any function's backward, as findings on one call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from verification.properties.interleaved import INTERLEAVED_CALLS
from verification.properties.linearity import LINEARITY, powers_of
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

    def begin(self, call: Call) -> Callable[[tuple[Array, ...]], Mapping[int, Any]]:
        """The forward alone; what comes back is its backward, as ``answer`` has it."""

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
    return answered(engine.answer, call, _read(engine, call), _is_large(call))


def _read(engine: Engine, call: Call) -> Callable[[Mapping[int, Any]], dict[int, Array]]:
    """What reads an answer, by the forms of the arguments before the engine has its hands on them."""
    needed = {i: (a.shape, a.dtype) for i, a in enumerate(call.arguments) if differentiable(a)}

    def read(returned: Mapping[int, Any]) -> dict[int, Array]:
        return {
            i: checked_part(f"the gradient of {engine.name(i)}", returned.get(i), *form)
            for i, form in needed.items()
        }

    return read


def _is_large(call: Call) -> bool:
    return any(size > LARGEST for a in call.arguments if differentiable(a) for size in a.shape)


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

    def compared(self, got: dict[int, Array], returned: str = "") -> Looked:
        """Each gradient beside the truth."""
        for i, each in self.truth.items():
            name = self.engine.name(i)
            wrong = compare(f"d_{name}", got[i], each.truth, each.bound)
            yield name, f"{returned}{wrong}" if wrong else None, each


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
        returned = f"d_{name} of the first call is changed by a second one" if changed else None
        yield name, returned, trial.truth[i]
    yield from trial.compared(ask(trial.engine, trial.call.replaced(np.copy)), "at a second call: ")


def _memory_layout(trial: Trial) -> Looked:
    for how in OTHERWISE:
        other = trial.call.replaced(partial(laid_out, layout=how))
        yield from trial.compared(ask(trial.engine, other), f"with arrays laid out otherwise ({how}): ")


def _linearity(trial: Trial) -> Looked:
    """Cotangents that are 2 ** k times as large have 2 ** k times the gradient."""
    if not trial.truth:
        return
    exponent = min(int(np.finfo(each.dtype).maxexp) for each in trial.truth.values())
    for power in powers_of(exponent, max(each.size for each in trial.truth.values())):
        factor = 2.0**power
        cotangents = tuple(np.asarray(d * factor, d.dtype) for d in trial.call.cotangents)
        case = replace(trial.call, cotangents=cotangents)
        own = Trial(trial.engine, case)
        for i, got in ask(trial.engine, case.replaced(np.copy)).items():
            each, name = trial.truth[i], trial.engine.name(i)
            with np.errstate(all="ignore"):
                back = got.astype(each.truth.dtype) / factor
            wrong = compare(f"d_{name}", back, trial.answer[i], 2 * each.bound)
            # What underflows is allowed for by the scaled call's own truth.
            if wrong and own.determined and compare("", got, own.truth[i].truth, own.truth[i].bound):
                yield name, f"with cotangents 2**{power} times as large, divided by that: {wrong}", each
            else:
                yield name, None, each


def _interleaved_calls(trial: Trial) -> Looked:
    """Another forward before the backward changes nothing of it."""
    engine, call = trial.engine, trial.call.replaced(np.copy)
    other = trial.call.replaced(lambda array: np.asarray(array / -2))
    back = answered(engine.begin, call, lambda returned: returned, _is_large(call))
    answered(engine.begin, other, lambda returned: returned, _is_large(call))
    got = answered(back, call.cotangents, _read(engine, trial.call), _is_large(call))
    yield from trial.compared(got, "a backward after another forward: ")


# Those of a model's engine that a function has as well, in the same words.
PROPERTIES: tuple[Property[Trial], ...] = (
    FORM,
    Property(AUTOGRAD.name, AUTOGRAD.claim, AUTOGRAD.about, lambda trial: trial.compared(trial.answer)),
    Property(INPUTS_STAY.name, INPUTS_STAY.claim, INPUTS_STAY.about, _inputs_stay),
    Property(SECOND_CALL.name, SECOND_CALL.claim, SECOND_CALL.about, _second_call),
    Property(LINEARITY.name, LINEARITY.claim, LINEARITY.about, _linearity),
    Property(INTERLEAVED_CALLS.name, INTERLEAVED_CALLS.claim, INTERLEAVED_CALLS.about, _interleaved_calls),
    Property(MEMORY_LAYOUT.name, MEMORY_LAYOUT.claim, MEMORY_LAYOUT.about, _memory_layout),
)

BY_NAME: Mapping[str, Property[Trial]] = {each.name: each for each in PROPERTIES}


def findings(engine: Engine, call: Call, names: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """What is found of each argument's gradient, by all properties or by those that are named.

    What an engine does not do is found as *declined*.
    """
    chosen = [each for each in PROPERTIES if names is None or each.name in names]
    return found(chosen, Trial(engine, call))
