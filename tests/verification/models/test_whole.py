"""Whole numbers among the inputs: what is drawn of them, what oracles see, and what an engine is given."""

from fractions import Fraction
from types import SimpleNamespace

import autograd
import numpy as np
import pytest

from tests.cases import made_of
from tests.layers.own import embedding
from verification import Scope, layer
from verification.models.case import random_case
from verification.models.layouts import LAYOUTS
from verification.models.whole import as_whole, into_whole
from verification.properties.conduct import memory_layout, reused_arrays
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.sampling.claim import gradients
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import exact_cases
from verification.sampling.factors import table
from verification.truth import complex_step, replay
from verification.truth.soundness import check_exact

MODEL = embedding.MODEL


def engine(forward=embedding.forward, **scope):
    """A layer of tokens and a mask."""
    return layer(forward, embedding.backward, model=MODEL, scope=Scope(records=(1, 4), steps=(1, 6), **scope))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128, object])
def test_any_numbers_become_whole_ones_that_stay(dtype):
    """From 0 on, below a number; each of them is met."""
    some = np.random.default_rng(0).uniform(-9, 9, 500)
    some = np.array([Fraction(number) for number in some]) if dtype is object else some.astype(dtype)
    once = into_whole(some, 5)
    assert once.dtype == dtype
    assert set(np.real(once).tolist()) == {0, 1, 2, 3, 4}
    np.testing.assert_array_equal(into_whole(once, 5), once)
    np.testing.assert_array_equal(as_whole(once), once)
    assert dtype is not object or {type(number) for number in [*once, *as_whole(once)]} == {Fraction}


def test_what_moves_them_does_not_move_a_step():
    """Neither a draw's rounding, nor a derivative: it is zero by every oracle."""
    case = random_case(MODEL, np.random.default_rng(0), {"V": 4, "H": 2}, 3, 4)
    moved = {name: array * (1 + 1e-9) for name, array in case.inputs.items()}
    p, f = case.params(embedding.Use.STEP), SimpleNamespace(activation=np.tanh)
    at = {name: array[:, 0] for name, array in case.inputs.items()}
    there = {name: array[:, 0] for name, array in moved.items()}
    (one,), (other,) = (MODEL.advance(f, p, each, case.state) for each in (at, there))
    np.testing.assert_array_equal(one, other)
    slope = autograd.grad(lambda x: autograd.numpy.sum(as_whole(x) * x))
    assert slope(np.array([2.0, 3.0])).tolist() == [2, 3]
    assert complex_step.admitted(case)
    for found in (replay.gradient(case), complex_step.gradient(case)):
        assert not found["token"].any()
        assert not found["mask"].any()
        assert found["E"].any()


def test_every_case_holds_whole_numbers_in_their_range():
    """Of its own type, whatever its numbers have to be; equal ones and many are met, and of a mask both."""
    some = [*made_of(MODEL, engine().claim)]
    for case in some:
        for name, below in (("token", case.sizes["V"]), ("mask", 2)):
            array = case.blocks[name]
            assert array.dtype == case.dtype
            assert set(array.ravel().tolist()) <= set(range(below))
    assert max(case.blocks["token"].max() for case in some) > 60
    assert any(case.sizes["V"] > 2 and not np.ptp(case.blocks["token"]) for case in some)
    masks = [case.blocks["mask"] for case in some]
    met = {(bool(mask.any()), bool(mask.all())) for mask in masks}
    assert met == {(False, False), (True, False), (True, True)}


def test_nothing_is_tiny_or_large_that_is_whole():
    """Nor is a gradient of it wanted."""
    claim = engine().claim
    assert table(MODEL, claim)["inputs"] == ("ordinary",)
    assert gradients(MODEL, claim.capabilities) == claim.blocks == ("E", "W", "b", "h0")
    assert not any("token" in words for words in claim.not_checked(MODEL))


def test_an_engine_is_given_integers_in_every_layout():
    """And in arrays that held others before."""
    seen = []

    def forward(params, xs, state):
        seen.extend(xs.values())
        assert params["E"].dtype == state[0].dtype
        return embedding.forward(params, xs, state)

    case = random_case(MODEL, np.random.default_rng(0), {"V": 4, "H": 2}, 3, 4, np.float32)
    trial = Trial(engine(forward), Truth(case))
    for property_ in (memory_layout, reused_arrays):
        assert [wrong for _, wrong, _ in property_(trial) if wrong] == []
    assert {array.dtype for array in seen} == {np.dtype(np.int64)}
    assert len({(array.strides, array.flags.writeable) for array in seen}) > len(LAYOUTS) // 2


def test_in_fractions_they_are_whole_as_well():
    """And dual numbers do not move by them."""
    check_exact(MODEL, {"activation": ("softsign",)}, "cotangents")
    claim = engine(functions={"activation": ("softsign",)}, exact=True).claim
    for case in all_drawn(exact_cases(MODEL, claim), "0", 5):
        assert set(case.blocks["mask"].ravel().tolist()) <= {0, 1}
        assert max(case.blocks["token"].ravel()) < case.sizes["V"]
