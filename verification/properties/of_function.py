"""What must hold of any function's backward, as findings on one call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from hypothesis import strategies as st

from verification.models.arrays import Array
from verification.models.tolerance import Expected
from verification.properties.asking import LARGEST, answered, checked_part
from verification.properties.engine import InvalidAnswer, Unsupported
from verification.properties.properties import FORM, LAYOUTS, Finding
from verification.truth.comparison import compare
from verification.truth.of_function import differentiable, expected, outputs_of

AUTOGRAD = "autograd"


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

        Raises InvalidAnswer where what comes back has not the door's form.
        """

    def program(self, call: Call, part: int, want: Array, bound: float) -> str:
        """A program that asks for the gradient of an argument, and fails where it is wrong."""


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


def findings(engine: Engine, call: Call) -> Iterator[Finding]:
    """What is found of each argument's gradient; what an engine does not do is found as *declined*."""
    fresh = call.replaced(np.copy)
    try:
        answer = ask(engine, fresh)
        truth = expected(engine.forward, call.arguments, call.cotangents)
        # What overflows in the type of its own cannot be compared.
        if not all(each.size < np.finfo(each.dtype).max for each in truth.values()):
            return
        trial = _Trial(engine, call, fresh, answer, truth)
        for property_, check in PROPERTIES.items():
            try:
                for i, wrong in check(trial):
                    each = truth[i]
                    told = None if wrong is None else str(wrong)
                    yield Finding(property_, engine.name(i), told, each.size > 0, each.determined)
            except InvalidAnswer as invalid:
                yield Finding(property_, "", str(invalid), lost=invalid.lost)
                if invalid.lost:
                    return
    except InvalidAnswer as invalid:
        yield Finding(FORM, "", str(invalid), lost=invalid.lost)
    except Unsupported as error:
        yield Finding(FORM, "", None, declined=str(error) or "it says no more")


@dataclass(frozen=True, eq=False)
class _Trial:
    """A call as it is, and as it is after the engine has answered; the answer and the truth."""

    engine: Engine
    call: Call
    asked: Call
    answer: dict[int, Array]
    truth: dict[int, Expected]

    def compared(self, got: dict[int, Array], told: str = "") -> Iterator[tuple[int, str | None]]:
        """Each gradient beside the truth."""
        for i, each in self.truth.items():
            wrong = compare(f"d_{self.engine.name(i)}", got[i], each.truth, each.bound)
            yield i, f"{told}{wrong}" if wrong else None


def _inputs_stay(trial: _Trial) -> Iterator[tuple[int, str | None]]:
    for i in trial.truth:
        changed = not np.array_equal(trial.call.arguments[i], trial.asked.arguments[i], equal_nan=True)
        yield i, f"{trial.engine.name(i)} is changed in place" if changed else None
    for k, (d, now) in enumerate(zip(trial.call.cotangents, trial.asked.cotangents, strict=True)):
        if not np.array_equal(d, now, equal_nan=True):
            yield next(iter(trial.truth)), f"cotangent {k} is changed in place"


def _second_call(trial: _Trial) -> Iterator[tuple[int, str | None]]:
    kept = {i: got.copy() for i, got in trial.answer.items()}
    ask(trial.engine, trial.call.replaced(lambda array: np.asarray(array / -2)))
    for i, got in trial.answer.items():
        changed = not np.array_equal(got, kept[i], equal_nan=True)
        yield i, f"d_{trial.engine.name(i)} of the first call is changed by a second one" if changed else None
    yield from trial.compared(ask(trial.engine, trial.call.replaced(np.copy)), "at a second call: ")


def _memory_layout(trial: _Trial) -> Iterator[tuple[int, str | None]]:
    for how, lay_out in LAYOUTS.items():
        laid_out = trial.call.replaced(lambda a, lay_out=lay_out: lay_out(a) if a.ndim else a)  # type: ignore[misc]
        yield from trial.compared(ask(trial.engine, laid_out), f"with arrays laid out otherwise ({how}): ")


PROPERTIES: dict[str, Callable[[_Trial], Iterator[tuple[int, str | None]]]] = {
    AUTOGRAD: lambda trial: trial.compared(trial.answer),
    "inputs stay": _inputs_stay,
    "second call": _second_call,
    "memory layout": _memory_layout,
}
