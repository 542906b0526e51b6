"""The exact oracle: against a network worked by hand, and against the engine, with nothing but ``==``."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from rnn import Chunked, Full, Tail, Window
from verification.engine import manual
from verification.oracles import exact
from verification.problem import BLOCKS, Problem
from verification.strategies import exact_problems


def fractions(entries):
    """An array of Fractions, from nested lists of integers or of their text."""
    entries = np.array(entries, dtype=object)
    return np.array([Fraction(entry) for entry in entries.ravel()], dtype=object).reshape(entries.shape)


def textbook(activation="identity", truncation=Full(), targets=(((0,), (0,)),)):
    """One record, two steps, one unit: h_1 = 2·1 + 3·1 + 1 = 6, h_2 = 2·2 + 3·6 + 1 = 23, o = h."""
    ones = {"V": fractions([[1]]), "c": fractions([0]), "b": fractions([1])}
    params = {"U": fractions([[2]]), "W": fractions([[3]]), **ones}
    return Problem(
        activation, params, fractions([[[1], [2]]]), fractions(targets), fractions([[1]]), truncation
    )


# By hand: ∂ℓ_1/∂a_1 = 6; ∂ℓ_2/∂a_2 = 23 and ∂ℓ_2/∂a_1 = 23·3 = 69. h before the steps: 1, 6. x: 1, 2.
@pytest.mark.parametrize(
    ("truncation", "blocks"),
    [
        (Full(), {"U": 121, "W": 213, "b": 98, "xs": [150, 46], "h0": 225}),
        (Window(0), {"U": 52, "W": 144, "b": 29, "xs": [12, 46], "h0": 18}),
        (Window(1), {"U": 121, "W": 213, "b": 98, "xs": [150, 46], "h0": 225}),
        (Chunked(1), {"U": 52, "W": 144, "b": 29, "xs": [12, 46], "h0": 18}),
        (Chunked(2, 1), {"U": 46, "W": 138, "b": 23, "xs": [0, 46], "h0": 0}),
        (Tail(1), {"U": 46, "W": 138, "b": 23, "xs": [0, 46], "h0": 0}),
        (Tail(0), {"U": 0, "W": 0, "b": 0, "xs": [0, 0], "h0": 0}),
    ],
)
def test_two_steps_by_hand(truncation, blocks):
    """The gradient of two steps under each policy is the one on paper; V and c take every loss."""
    got = exact.gradients(textbook(truncation=truncation))
    assert got.outputs.ravel().tolist() == [6, 23]
    assert got.value == Fraction(6 * 6 + 23 * 23, 2)
    assert {name: np.squeeze(got.blocks()[name]).tolist() for name in blocks} == blocks
    assert (got.V.item(), got.c.item()) == (6 * 6 + 23 * 23, 6 + 23)


def test_a_loss_on_the_last_step_alone():
    """Targets of shape (N, K) leave the earlier outputs without a loss."""
    got = exact.gradients(textbook(targets=((20,),)))
    assert (got.value, got.V.item(), got.c.item()) == (Fraction(9, 2), 3 * 23, 3)
    assert got.b.item() == 3 + 3 * 3


@pytest.mark.parametrize(
    ("activation", "b", "db"),
    [
        # a_1 = 1/2 and −1/2 after the shift: softsign gives ±1/3, with a slope of 4/9.
        ("softsign", "-9/2", Fraction(4, 9) * Fraction(1, 3)),
        ("softsign", "-11/2", Fraction(4, 9) * Fraction(-1, 3)),
        # At its kink relu has a slope of 0, and the softsign one of 1.
        ("relu", "-5", 0),
        ("relu", "-9/2", Fraction(1, 2)),
        ("softsign", "-5", 0),
    ],
)
def test_one_step_of_each_activation(activation, b, db):
    """h = f(2·1 + 3·1 + b), and ∂(½ h²)/∂b = h f′(a)."""
    problem = textbook(activation, targets=((0,),))
    problem = problem.replaced(xs=problem.xs[:, :1], b=fractions([b]))
    assert exact.gradients(problem).b.item() == db


def test_the_softsign_is_differentiable_at_zero():
    """|a| is not, but a / (1 + |a|) has the slope 1 there."""
    problem = textbook("softsign", targets=((7,),))
    problem = problem.replaced(xs=problem.xs[:, :1], b=fractions(["-5"]))
    assert exact.gradients(problem).b.item() == -7


@settings(max_examples=60)
@given(exact_problems(most_steps=6))
def test_the_engine_is_equal(problem):
    """The hand-derived gradient equals the oracle's in every entry of every part, and so do the outputs."""
    got, want = manual(problem).named(), exact.gradients(problem).named()
    assert [name for name in want if not np.array_equal(got[name], want[name])] == []


@settings(max_examples=30)
@given(exact_problems(most_steps=6))
def test_one_table_serves_every_truncation(problem):
    """Masked, the table along a direction is the inner product of any truncated gradient with it."""
    directions = exact.random_directions(problem)
    table = exact.lag_table(problem, directions)
    for truncation in (Full(), Window(0), Window(2), Chunked(2), Chunked(2, 3), Tail(1)):
        truncated = replace(problem, truncation=truncation)
        want = exact.along(directions, manual(truncated).blocks())
        got = table.derivatives(*truncated.policy)
        assert [name for name in BLOCKS if not np.array_equal(got[name], want[name])] == []


def test_a_direction_sees_every_entry():
    """An error of 10⁻³⁰ in any single entry of any block changes the inner product with the direction."""
    problem = textbook()
    directions = exact.random_directions(problem)
    blocks = exact.gradients(problem).blocks()
    want = exact.along(directions, blocks)
    for name in BLOCKS:
        for index in np.ndindex(blocks[name].shape):
            wrong = blocks[name].copy()
            wrong[index] += Fraction(1, 10**30)
            assert not np.array_equal(exact.along(directions, {**blocks, name: wrong})[name], want[name])
