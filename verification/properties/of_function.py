"""The properties of any function's backward, and the findings on one call."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
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
from verification.processes import timeout
from verification.processes.guarding import NOTHING
from verification.processes.hosts import Host
from verification.processes.place import CallWatch, Place
from verification.properties.calling import LARGEST, checked_part
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
from verification.properties.process import PROCESS_STAYS, process_stays
from verification.properties.property import FORM, About, Checked, Finding, Property
from verification.properties.trial import agreement, found, said
from verification.truth.of_function import differentiable, expected, outputs_of


@dataclass(frozen=True, eq=False)
class Call:
    """Arguments, and a cotangent for each output."""

    arguments: tuple[Any, ...]
    cotangents: tuple[Array, ...]

    def replaced(self, change: Callable[[Array], Array]) -> "Call":
        """The call with ``change(array)`` in the place of every array."""
        arguments = tuple(change(a) if differentiable(a) else a for a in self.arguments)
        return Call(arguments, tuple(map(change, self.cotangents)))


class FunctionEngine(Protocol):
    """A function and its backward."""

    @property
    def functions(self) -> tuple[Any, ...]:
        """Both."""

    def hosted(self, host: Host) -> "FunctionEngine":
        """The same, whose ``functions`` run in a host that was started with them."""

    @property
    def place(self) -> Place:
        """Where its functions run, but for the forward that defines the truth."""

    @property
    def forward(self) -> Callable[..., Any]:
        """The forward that defines the right backward: ``forward(*arguments) -> outputs, saved``."""

    @property
    def arguments(self) -> st.SearchStrategy[tuple[Any, ...]]:
        """Tuples of arguments."""

    @property
    def names(self) -> list[str]:
        """The names of the forward's arguments, where it names them."""

    def name(self, i: int) -> str:
        """The name of the argument with number i."""

    def answer(self, call: Call) -> Mapping[int, Any]:
        """The gradient of each argument, by its number, for these very arrays.

        Raises InvalidAnswer if the result does not have the adapter's form.
        """

    def begin(self, call: Call) -> Callable[[tuple[Array, ...]], Mapping[int, Any]]:
        """The forward alone; returns its backward, whose result is as that of ``answer``."""

    def code(self, call: Call) -> Code:
        """Statements that make ``engine`` again, and the call as ``case``."""


@st.composite
def calls(draw: st.DrawFn, engine: FunctionEngine) -> Call:
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


def run_call(engine: FunctionEngine, call: Call, around: AbstractContextManager[None] = NOTHING) -> Answer:
    """The gradient of each differentiable argument, by its name; raises as ``guarded``."""
    return engine.place.run(engine.answer, call, _read(engine, call), _seconds(call), around)


def _read(engine: FunctionEngine, call: Call) -> Callable[[Mapping[int, Any]], Answer]:
    """The function that reads an answer; the forms are taken from the arguments before the engine can change
    them.
    """
    needed = {i: (a.shape, a.dtype) for i, a in enumerate(call.arguments) if differentiable(a)}

    def read(returned: Mapping[int, Any]) -> Answer:
        blocks = {}
        for i, form in needed.items():
            name = engine.name(i)
            blocks[name] = checked_part(f"the gradient of {name}", returned.get(i), *form)
        return Answer({}, blocks, {})

    return read


def _seconds(call: Call) -> float:
    large = any(size > LARGEST for a in call.arguments if differentiable(a) for size in a.shape)
    return timeout.LARGE_ANSWER if large else timeout.ANSWER


@dataclass(frozen=True, eq=False)
class FunctionTrial:
    """A function and its backward on one call; the forward defines the truth."""

    engine: FunctionEngine
    call: Call
    setting = ""
    forward = MappingProxyType[str, Expected]({})

    @cached_property
    def blocks(self) -> Mapping[str, Expected]:
        """By name, each differentiable argument's gradient by autograd, and how closely it must be met."""
        found = expected(self.engine.forward, self.call.arguments, self.call.cotangents)
        return {self.engine.name(i): each for i, each in found.items()}

    @property
    def truth(self) -> "FunctionTrial":
        """The expectations, which are its own blocks."""
        return self

    @property
    def determined(self) -> bool:
        """Can it be compared? Not if the gradient overflows in its own type."""
        return all(each.size < np.finfo(each.dtype).max for each in self.blocks.values())

    @cached_property
    def given(self) -> Call:
        """The copy of the call that the engine gets; if the engine changes it in place, that shows here."""
        return self.call.replaced(np.copy)

    @cached_property
    def answer(self) -> Answer:
        """The engine's answer; raises InvalidAnswer."""
        return run_call(self.engine, self.given, self.belongings)

    @cached_property
    def belongings(self) -> CallWatch:
        """What the call for that answer has changed beside arrays."""
        return self.engine.place.belongings()


def _inputs_stay(trial: FunctionTrial) -> Checked:
    trial.engine.place.look()
    numbers = [i for i, a in enumerate(trial.call.arguments) if differentiable(a)]
    for i, (name, each) in zip(numbers, trial.blocks.items(), strict=True):
        changed = not np.array_equal(trial.call.arguments[i], trial.given.arguments[i], equal_nan=True)
        yield name, f"{name} is changed in place" if changed else None, each
    for k, (d, now) in enumerate(zip(trial.call.cotangents, trial.given.cotangents, strict=True)):
        if not np.array_equal(d, now, equal_nan=True):
            name, each = next(iter(trial.blocks.items()))
            yield name, f"cotangent {k} is changed in place", each


def _second_call(trial: FunctionTrial) -> Checked:
    kept = copied(trial.answer)
    run_call(trial.engine, trial.call.replaced(_other))
    trial.engine.place.look()
    for name, wrong in changed_since(trial.answer, kept):
        yield name, wrong, trial.blocks[name]
    again = run_call(trial.engine, trial.call.replaced(np.copy))
    yield from said("at a second call", agreement(again, trial))


def _other(array: Array) -> Array:
    """Other numbers of the same shape."""
    return np.asarray(array / -2)


def _memory_layout(trial: FunctionTrial) -> Checked:
    for how in OTHERWISE:
        answer = run_call(trial.engine, trial.call.replaced(partial(laid_out, layout=how)))
        yield from said(f"with arrays laid out otherwise ({how})", agreement(answer, trial))


def _linearity(trial: FunctionTrial) -> Checked:
    truths = trial.blocks.values()
    exponent = min((int(np.finfo(each.dtype).maxexp) for each in truths), default=0)
    for power in powers_of(exponent, max(each.size for each in truths)) if truths else ():
        cotangents = tuple(np.asarray(d * 2.0**power, d.dtype) for d in trial.call.cotangents)
        case = replace(trial.call, cotangents=cotangents)
        answer = run_call(trial.engine, case.replaced(np.copy))
        yield from scaled_back(trial, power, answer, FunctionTrial(trial.engine, case))


def _interleaved_calls(trial: FunctionTrial) -> Checked:
    """Another forward before the backward does not change the result."""
    engine, call = trial.engine, trial.call.replaced(np.copy)
    run, seconds = engine.place.run, _seconds(call)
    back = run(engine.begin, call, lambda returned: returned, seconds)
    run(engine.begin, trial.call.replaced(_other), lambda returned: returned, seconds)
    got = run(back, call.cotangents, _read(engine, trial.call), seconds)
    yield from said("a backward after another forward", agreement(got, trial))


# The properties of a model's engine that also apply to a function, in the same words.
PROPERTIES: tuple[Property[FunctionTrial], ...] = (
    FORM,
    Property(AUTOGRAD.name, AUTOGRAD.claim, AUTOGRAD.about, lags),
    Property(PROCESS_STAYS.name, PROCESS_STAYS.claim, About.CONDUCT, process_stays),
    Property(INPUTS_STAY.name, INPUTS_STAY.claim, INPUTS_STAY.about, _inputs_stay),
    Property(SECOND_CALL.name, SECOND_CALL.claim, SECOND_CALL.about, _second_call),
    Property(LINEARITY.name, LINEARITY.claim, LINEARITY.about, _linearity),
    Property(INTERLEAVED_CALLS.name, INTERLEAVED_CALLS.claim, INTERLEAVED_CALLS.about, _interleaved_calls),
    Property(MEMORY_LAYOUT.name, MEMORY_LAYOUT.claim, MEMORY_LAYOUT.about, _memory_layout),
)

BY_NAME: Mapping[str, Property[FunctionTrial]] = {each.name: each for each in PROPERTIES}


def findings(engine: FunctionEngine, call: Call, names: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """The findings on each argument's gradient, by all properties or by those that are named.

    A call that the engine does not support is found as *declined*.
    """
    chosen = [each for each in PROPERTIES if names is None or each.name in names]
    return found(chosen, FunctionTrial(engine, call))
