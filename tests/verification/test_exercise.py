"""The exercise contract: what counts as seen, and what does not."""

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from verification.exercise import CONTRACT, live, seen
from verification.problem import Problem
from verification.trial import Truth


def truth(truncation=Full(), activation="tanh", steps=3, bias=0.0, scale=0.5, h0=1.0):
    """A problem of two of everything, in normal numbers, with a loss on every step."""
    rng = np.random.default_rng(0)
    shapes = {"U": (2, 2), "W": (2, 2), "b": (2,), "V": (2, 2), "c": (2,)}
    params = {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}
    params["b"] = params["b"] + bias
    xs, targets = rng.standard_normal((2, steps, 2)), rng.standard_normal((2, steps, 2))
    return Truth(Problem(activation, params, xs, targets, h0 * rng.standard_normal((2, 2)), truncation))


def test_an_ordinary_problem_is_live():
    """A gradient that is determined and not zero is worth agreeing with."""
    assert live(truth())


@pytest.mark.parametrize(("activation", "bias"), [("relu", -100.0), ("sigmoid", -2000.0)])
def test_a_dead_network_is_not_live(activation, bias):
    """A dead relu or a saturated sigmoid has a true gradient of zero, and everything agrees with it."""
    assert not live(truth(activation=activation, bias=bias))


def test_a_truncation_that_lets_nothing_through_is_not_live():
    """Tail(0) leaves the recurrent parameters without a gradient."""
    assert not live(truth(Tail(0)))


@pytest.mark.parametrize(
    ("truncation", "steps", "expected"),
    [
        (Window(0), 3, {"Window", "Window(0)"}),
        (Window(3), 3, {"Window", "T ≤ k"}),
        (Chunked(2), 3, {"Chunked", "k2 = k1", "a ragged last chunk"}),
        (Chunked(2, 3), 4, {"Chunked", "k2 > k1"}),
        (Chunked(2, 1), 4, {"Chunked", "k2 < k1"}),
        (Tail(9), 13, {"Tail", "T ≥ 13", "T ≥ 7"}),
    ],
    ids=str,
)
def test_a_truncation_is_seen(truncation, steps, expected):
    """The entries of the policy, its numbers and the length are those that the problem meets, no others."""
    about = {"Full", "Window", "Chunked", "Tail", "Window(0)", "T ≤ k", "a ragged last chunk"}
    about |= {"k2 = k1", "k2 > k1", "k2 < k1", "T ≥ 7", "T ≥ 13", "T = 1"}
    assert set(seen(truth(truncation, steps=steps))) & about == expected


def test_the_rest_is_seen():
    """Sizes, dtype, activation, an asymmetric W, h0 and uneven losses are told from the problem."""
    found = set(seen(truth(h0=0.0)))
    assert {"N ≥ 2", "H ≥ 2", "float64", "tanh", "W asymmetric", "h0 zero", "loss on every step"} <= found
    assert "uneven upstream gradients" in found
    assert not {"N = 1", "float32", "relu", "h0 not zero", "D ≠ H", "loss on the last step"} & found


def test_a_decayed_lag_is_seen():
    """With weights of a thousandth a part of the gradient decays below 1e-9 of the largest."""
    assert "a lag decayed to 1e-9" in seen(truth(steps=5, scale=0.001))
    assert "a lag decayed to 1e-9" not in seen(truth(steps=5))


def test_names_are_distinct():
    """No two entries of the contract share a count."""
    names = [entry.name for entry in CONTRACT]
    assert len(set(names)) == len(names)
