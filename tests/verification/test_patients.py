"""The patients: what there is to tell faults apart by."""

import numpy as np

from rnn import Full
from rnn.activations import ACTIVATIONS
from rnn.arrays import FRACTIONS
from verification.exactness import fits_exactly
from verification.patients import in_fractions, in_integers, patient, patients
from verification.strategies import POLICIES


def test_every_truncation_and_every_activation_is_among_them():
    """With a loss on every step, and, of each truncation, on the last alone; every one has a truth."""
    problems = [truth.problem for truth in patients()]
    assert {p.policy[0] for p in problems if p.targets.ndim == 3} == set(POLICIES)
    assert {p.policy[0] for p in problems if p.targets.ndim == 2} == set(POLICIES)
    assert {p.activation for p in problems} == set(ACTIVATIONS)
    assert all(truth.determined for truth in patients())


def test_no_two_of_a_patients_sizes_are_confused():
    """Swapped axes show: the units are neither as many as the inputs nor as the outputs or records."""
    problem = patient("tanh", Full(), True)
    (N, T, D), (K, H) = problem.xs.shape, problem.params["V"].shape
    assert H not in (N, D, K)
    assert T > H


def test_gradients_live_over_the_long_one():
    """What flows back through an orthogonal W neither fades nor grows."""
    longest = max(patients(), key=lambda truth: truth.problem.steps)
    parts, _ = longest.table.at(0, "b")
    sizes = np.abs(parts).max(axis=1)
    assert longest.problem.steps == 30
    assert sizes.min() > sizes.max() / 10


def test_the_exact_ones_are_exact():
    """Integers that fit, and Fractions."""
    assert fits_exactly(in_integers())
    assert in_fractions().dtype == FRACTIONS


def test_they_are_always_the_same():
    """A diagnosis depends on no chance."""
    one, other = (patient("relu", Full(), False) for _ in range(2))
    assert all(np.array_equal(array, other.arrays()[name]) for name, array in one.arrays().items())
