"""Asking an engine: in arrays of its own, or in these very ones."""

import numpy as np

from tests.layers import scan
from verification import layer, models
from verification.models.case import random_case
from verification.properties.asking import afresh, ask, ask_directly, relaid
from verification.properties.engine import Answer

CASE = random_case(models.scan, np.random.default_rng(0), {"H": 2})


def test_an_engine_is_asked_in_arrays_of_its_own():
    """What it does to them is seen by nobody; directly, it is."""

    def spoils(params, xs, state):
        returned = scan.forward(params, {name: array.copy() for name, array in xs.items()}, state)
        xs["a"][:] = 7
        return returned

    engine = layer(spoils, scan.backward, model=models.scan)
    before = CASE.blocks["a"].copy()
    ask(engine, CASE)
    np.testing.assert_array_equal(CASE.blocks["a"], before)
    own = afresh(CASE)
    ask_directly(engine, own)
    assert (own.blocks["a"] == 7).all()


def test_arrays_that_are_laid_out_otherwise_hold_the_same_numbers():
    """Every array of the case is changed."""
    other = relaid(CASE, lambda array: -array)
    for name, array in CASE.blocks.items():
        np.testing.assert_array_equal(other.blocks[name], -array)
    np.testing.assert_array_equal(other.objective.outputs, -CASE.objective.outputs)


def test_the_parts_of_an_answer():
    """By name, gradients with a d before theirs."""
    one = np.ones(1)
    answer = Answer({"outputs": one}, {"b": one}, {"b": 2 * one})
    assert set(answer.parts()) == {"outputs", "d_b"}
    assert [name for name, _ in answer.gradients()] == ["b", "b"]
