"""Problems of the designed sample are of their rows, and are made again by their code."""

import numpy as np
import pytest

from rnn import Chunked, Window
from verification.designed.factors import POLICIES, rows
from verification.designed.problems import designed, number, truncation

PAIRS = list(zip(rows(), designed(), strict=True))


def test_sizes_and_kinds_are_those_of_the_row():
    """T, N, D, H and K of their classes, the type, the activation, the losses, what is asked."""
    for row, problem in PAIRS:
        assert all(problem.sizes[name] in row[name] for name in "TNDHK")
        assert problem.dtype.name in (row["dtype"], np.dtype(row["dtype"]).name)
        assert problem.activation == row["way"][1]
        assert problem.policy[0] == row["way"][0].partition(",")[0].partition("(")[0]
        assert (problem.targets.ndim == 3) == (row["losses"] == "every")
        assert problem.workspace == row["workspace"]
        assert (problem.checkpoints is None) == (row["checkpoints"] == "none")


def test_numbers_are_those_of_the_row():
    """Tiny weights, one of 45, an x of 9, a state of 6, a bias of 45, and zeros."""
    for row, problem in PAIRS:
        W, b = problem.params["W"], problem.params["b"]
        largest = np.abs(W).max()
        assert (largest < 1e-3) == (row["W"] == "tiny")
        assert (largest > 40) == (row["W"] == "one of 45")
        assert (np.abs(b).max() > 40) == (row["other"] == "a b of 45")
        assert (np.abs(problem.xs).max() > 6) == (row["other"] == "an x of 9")
        assert (np.abs(problem.h0).max() > 5) == (row["other"] == "an h0 of 6")
        assert problem.h0.any() != (row["h0"] == "zero")


def test_layouts_are_those_of_the_row():
    """Of the given arrays, and of the copies that an engine is given."""
    for row, problem in PAIRS:
        every, of_xs = row["layout"]
        for xs, W in (
            (problem.xs, problem.params["W"]),
            (problem.afresh().xs, problem.afresh().params["W"]),
        ):
            assert W.flags.f_contiguous or every != "in Fortran order"
            assert W.flags.c_contiguous or every == "in Fortran order"
            assert xs.flags.f_contiguous or of_xs != "in Fortran order"
            if of_xs == "backwards" and xs.size > 1:
                assert min(xs.strides) < 0
            if of_xs == "broadcast":
                assert 0 in xs.strides


def test_a_problem_is_made_again_by_its_code():
    """In two lines, to the bit."""
    problem = designed()[7]
    names = {}
    exec(problem.code(), names)
    assert problem.code().count("\n") == 3
    for name, array in problem.arrays().items():
        np.testing.assert_array_equal(names["problem"].arrays()[name], array)


def test_each_number_is_its_own():
    """Whenever it is made, and whichever was made before."""
    again = number(3)
    assert all(np.array_equal(again.arrays()[name], array) for name, array in number(3).arrays().items())
    assert not np.array_equal(number(4).arrays()["b"], again.arrays()["b"])


@pytest.mark.parametrize("T", [1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 33, 64, 127, 129])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_truncation_is_of_its_kind(policy, T):
    """Within T or beyond it, ragged or not, k2 above k1 or below, wherever T has room for it."""
    for seed in range(20):
        found = truncation(policy, T, np.random.default_rng(seed))
        match found:
            case Window(k) if policy == "Window, k < T":
                assert k < T
            case Window(k) if policy == "Window, k ≥ T":
                assert k >= T
            case Chunked(k1, None):
                assert (T % k1 == 0) == (policy == "Chunked, whole") or T < 3
            case Chunked(k1, k2):
                assert (k2 > k1) == (policy == "Chunked, k2 > k1")
                assert k2 > k1 or T % k1 or T < 3
