"""What must hold of any function's backward, as findings on one call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from hypothesis import strategies as st

from verification.models.arrays import Array
from verification.models.code import Code
from verification.models.layouts import laid_out
from verification.models.tolerance import Expected
from verification.properties.asking import LARGEST, answered, checked_part
from verification.properties.conduct import (
    INPUTS_STAY,
    MEMORY_LAYOUT,
    OTHERWISE,
    SECOND_CALL,
    changed_since,
    copied,
)
from verification.properties.engine import Answer
from verification.properties.gradients import AUTOGRAD, lags
from verification.properties.interleaved import INTERLEAVED_CALLS
from verification.properties.linearity import LINEARITY, powers_of, scaled_back
from verification.properties.property import FORM, Finding, Looked, Property
from verification.properties.trial import agreement, found, said
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


def ask(engine: Engine, call: Call) -> Answer:
    """The gradient of each differentiable argument, by its name; raises as ``answered``."""
    return answered(engine.answer, call, _read(engine, call), _is_large(call))


def _read(engine: Engine, call: Call) -> Callable[[Mapping[int, Any]], Answer]:
    """What reads an answer, by the forms of the arguments before the engine has its hands on them."""
    needed = {i: (a.shape, a.dtype) for i, a in enumerate(call.arguments) if differentiable(a)}

    def read(returned: Mapping[int, Any]) -> Answer:
        blocks = {}
        for i, form in needed.items():
            name = engine.name(i)
            blocks[name] = checked_part(f"the gradient of {name}", returned.get(i), *form)
        return Answer({}, blocks, {})

    return read


def _is_large(call: Call) -> bool:
    return any(size > LARGEST for a in call.arguments if differentiable(a) for size in a.shape)


@dataclass(frozen=True, eq=False)
class Trial:
    """A function and its backward before a call, of which its forward says what is true."""

    engine: Engine
    call: Call
    setting = ""
    forward = MappingProxyType[str, Expected]({})

    @cached_property
    def blocks(self) -> Mapping[str, Expected]:
        """By name, each differentiable argument's gradient by autograd, and how closely it must be met."""
        found = expected(self.engine.forward, self.call.arguments, self.call.cotangents)
        return {self.engine.name(i): each for i, each in found.items()}

    @property
    def truth(self) -> "Trial":
        """What an answer has to meet: its own blocks."""
        return self

    @property
    def determined(self) -> bool:
        """Can it be compared? What overflows in the type of its own cannot."""
        return all(each.size < np.finfo(each.dtype).max for each in self.blocks.values())

    @cached_property
    def asked(self) -> Call:
        """The call that the engine is asked, as it is after the engine has answered."""
        return self.call.replaced(np.copy)

    @cached_property
    def answer(self) -> Answer:
        """Its answer; raises InvalidAnswer."""
        return ask(self.engine, self.asked)


def _inputs_stay(trial: Trial) -> Looked:
    numbers = [i for i, a in enumerate(trial.call.arguments) if differentiable(a)]
    for i, (name, each) in zip(numbers, trial.blocks.items(), strict=True):
        changed = not np.array_equal(trial.call.arguments[i], trial.asked.arguments[i], equal_nan=True)
        yield name, f"{name} is changed in place" if changed else None, each
    for k, (d, now) in enumerate(zip(trial.call.cotangents, trial.asked.cotangents, strict=True)):
        if not np.array_equal(d, now, equal_nan=True):
            name, each = next(iter(trial.blocks.items()))
            yield name, f"cotangent {k} is changed in place", each


def _second_call(trial: Trial) -> Looked:
    kept = copied(trial.answer)
    ask(trial.engine, trial.call.replaced(_other))
    for name, wrong in changed_since(trial.answer, kept):
        yield name, wrong, trial.blocks[name]
    again = ask(trial.engine, trial.call.replaced(np.copy))
    yield from said("at a second call", agreement(again, trial))


def _other(array: Array) -> Array:
    """Other numbers in its place."""
    return np.asarray(array / -2)


def _memory_layout(trial: Trial) -> Looked:
    for how in OTHERWISE:
        answer = ask(trial.engine, trial.call.replaced(partial(laid_out, layout=how)))
        yield from said(f"with arrays laid out otherwise ({how})", agreement(answer, trial))


def _linearity(trial: Trial) -> Looked:
    truths = trial.blocks.values()
    exponent = min((int(np.finfo(each.dtype).maxexp) for each in truths), default=0)
    for power in powers_of(exponent, max(each.size for each in truths)) if truths else ():
        cotangents = tuple(np.asarray(d * 2.0**power, d.dtype) for d in trial.call.cotangents)
        case = replace(trial.call, cotangents=cotangents)
        answer = ask(trial.engine, case.replaced(np.copy))
        yield from scaled_back(trial, power, answer, Trial(trial.engine, case))


def _interleaved_calls(trial: Trial) -> Looked:
    """Another forward before the backward changes nothing of it."""
    engine, call = trial.engine, trial.call.replaced(np.copy)
    back = answered(engine.begin, call, lambda returned: returned, _is_large(call))
    answered(engine.begin, trial.call.replaced(_other), lambda returned: returned, _is_large(call))
    got = answered(back, call.cotangents, _read(engine, trial.call), _is_large(call))
    yield from said("a backward after another forward", agreement(got, trial))


# Those of a model's engine that a function has as well, in the same words.
PROPERTIES: tuple[Property[Trial], ...] = (
    FORM,
    Property(AUTOGRAD.name, AUTOGRAD.claim, AUTOGRAD.about, lags),
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
