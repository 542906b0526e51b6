"""What is checked of a function's backward: each property pinned from both sides as in test_pinned.py."""

import random
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.verification.properties.test_pinned import BEYOND, LIES, WITHIN, next_to
from verification import function
from verification.processes import timeout
from verification.processes.invalid import TimedOut
from verification.properties.of_function import PROPERTIES, Call, FunctionTrial, findings
from verification.sampling.claim import COMPLEX, REAL
from verification.truth.of_function import expected

NUMBERS = st.integers(0, 99).map(lambda n: (np.random.default_rng(n).standard_normal((2, 3)),))
CALL = Call((np.arange(6.0).reshape(2, 3) - 2.5,), (np.ones((2, 3)) / 3,))


def square(x):
    return x * x, x


def a_call(dtype):
    """The same numbers in each type, and some beside them."""
    return CALL.replaced(lambda array: (array * (1 + 0.5j if dtype in COMPLEX else 1)).astype(dtype))


@dataclass(frozen=True, eq=False)
class FunctionBackward:
    """A backward, by its number and its forward's, with what came before; and what it may change."""

    number: int
    forwards: int
    x: np.ndarray
    d: np.ndarray
    call: Call
    kept: list

    @property
    def itself(self):
        return np.array_equal(self.x, self.call.arguments[0]) and np.array_equal(
            self.d, self.call.cotangents[0]
        )

    @property
    def is_late(self):
        """Has another forward come before it, for the first time?"""
        return self.forwards > self.number and not any(lies(self.x) for lies in LIES.values())

    def scaled(self, up):
        """Are its cotangents larger by a power of two, or smaller?"""
        factor = self.d.flat[0] / self.call.cotangents[0].flat[0]
        return np.array_equal(self.x, self.call.arguments[0]) and (
            (abs(factor) > 1) if up else abs(factor) < 1e-6
        )


def factor_of(backward):
    return abs(backward.d.flat[0] / backward.call.cotangents[0].flat[0])


def off(when, times=1.0):
    def plant(backward, got, bound):
        if when(backward):
            got[0, 0] += (times * bound * factor_of(backward)).astype(got.dtype)

    return plant


def changes(array_of):
    """A number of some array is the next one."""

    def plant(backward, got, bound):
        array = array_of(backward)
        if array is not None and array.flags.writeable:
            array[0, 0] = next_to(array[0, 0])

    return plant


def seeds(backward, got, bound):
    """Python's generator, at every call."""
    random.seed(3)


@dataclass(frozen=True, eq=False)
class FunctionPin:
    """A fault that a property finds alone; ``exact``: it has no bound."""

    property: str
    plant: Callable
    says: str
    exact: bool = False


ROWS = (
    FunctionPin(
        "form", lambda backward, got, bound: setattr(got, "shape", (6,)), "the gradient of x has shape", True
    ),
    FunctionPin("autograd", off(lambda backward: backward.number == 1), "d_x[0, 0]: got"),
    FunctionPin("process stays", seeds, "a call seeded Python's random generator", True),
    FunctionPin("inputs stay", changes(lambda backward: backward.d), "cotangent 0 is changed", True),
    FunctionPin("inputs stay", changes(lambda backward: backward.x), "x is changed", True),
    FunctionPin(
        "second call",
        changes(lambda backward: backward.kept[0] if backward.number == 2 else None),
        "d_x of the first call is changed",
        True,
    ),
    FunctionPin(
        "second call", off(lambda backward: backward.number == 3 and backward.itself), "at a second call: d_x"
    ),
    *(
        FunctionPin("linearity", off(lambda backward, up=up: backward.scaled(up), 2), "with cotangents 2**")
        for up in (True, False)
    ),
    FunctionPin("interleaved calls", off(lambda backward: backward.is_late), "a backward after another"),
    *(
        FunctionPin(
            "memory layout",
            off(lambda backward, how=how: LIES[how](backward.x)),
            f"with arrays laid out otherwise ({how})",
        )
        for how in LIES
    ),
)


def wrong_in(row, dtype, factor):
    """What is found, with that many bounds planted."""
    call, counts, kept = a_call(dtype), [0, 0], []
    bound = expected(square, call.arguments, call.cotangents)[0].bound

    def forward(x):
        # The truth's numbers are traced.
        counts[0] += isinstance(x, np.ndarray)
        return square(x)

    def backward(x, d):
        counts[1] += 1
        got = np.array(2 * np.conj(x) * d if dtype in COMPLEX else 2 * x * d)
        row.plant(FunctionBackward(*counts[::-1], x, d, call, kept), got, factor * bound)
        kept.append(got)
        return got

    found = [*findings(function(forward, backward, NUMBERS), call)]
    return {each.property for each in found}, {
        each.property: each.wrong for each in found[::-1] if each.wrong
    }


@pytest.mark.parametrize("dtype", [*REAL, *COMPLEX])
@pytest.mark.parametrize("row", ROWS, ids=[f"{row.property} {i}" for i, row in enumerate(ROWS)])
def test_a_fault_beyond_its_bound_is_found_and_one_within_is_not(row, dtype):
    """By the property alone."""
    _, reported = wrong_in(row, dtype, BEYOND)
    assert {*reported} == {row.property}
    assert reported[row.property].startswith(row.says)
    if not row.exact:
        assert wrong_in(row, dtype, WITHIN) == ({each.name for each in PROPERTIES} - {"form"}, {})


def test_no_property_is_missing():
    """Of those that a function has."""
    assert {row.property for row in ROWS} == {each.name for each in PROPERTIES}


def test_a_call_that_overflows_has_no_truth():
    """Nothing is said of it."""
    call = CALL.replaced(lambda array: array * 1e200)
    assert list(findings(function(square, lambda x, d: d, NUMBERS), call)) == []


def test_what_underflows_is_held_to_its_own_truth():
    """Where the call itself allows for no error at all, what that of a scaled one allows is no fault."""
    for factor, count in ((0.5, 0), (1.5, 1)):
        bound = expected(square, CALL.arguments, CALL.cotangents)[0].bound

        def backward(x, d, by=factor * bound):
            return 2 * x * d + by * d.flat[0] * 3 * (abs(d).max() < 1e-6)

        trial = FunctionTrial(function(square, backward, NUMBERS), CALL)
        blocks = {name: replace(e, spread=0.0, terms=0.0) for name, e in trial.blocks.items()}
        vars(trial)["blocks"] = blocks
        linearity = next(each for each in PROPERTIES if each.name == "linearity")
        assert sum(wrong is not None for _, wrong, _ in linearity.check(trial)) == count


def test_a_large_call_has_more_time(monkeypatch):
    """From ten numbers along an axis on."""
    monkeypatch.setattr(timeout, "ANSWER", 0.2)
    monkeypatch.setattr(timeout, "LARGE_ANSWER", 100.0)

    def slow(x, d):
        time.sleep(0.5)
        return 2 * x * d

    for size, late in ((9, True), (10, False)):
        trial = FunctionTrial(function(square, slow, NUMBERS), Call((np.ones(size),), (np.ones(size),)))
        with pytest.raises(TimedOut) if late else nullcontext():
            assert trial.answer
