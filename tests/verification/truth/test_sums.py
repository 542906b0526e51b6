"""Bounds of sums of absolute terms from sums with signs, and what the type may lose."""

import numpy as np
import pytest

from verification.models import vanilla
from verification.models.case import random_case
from verification.models.tolerance import DRAWS, least_healthy
from verification.truth.rounding import Copies
from verification.truth.sums import Sums, Underflow, bounded, orthogonal, signs

COPIES = Copies(np.dtype(np.longdouble), True, DRAWS)


def signed_sums(terms, copies=COPIES):
    """Σ ±g in every draw, of terms (n, …)."""
    signed = signs(copies, len(terms), np.random.default_rng(3))
    return copies.drawn(np.einsum("mn,n...->m...", signed, terms))


@pytest.mark.parametrize("count", range(1, DRAWS + 1))
def test_of_as_many_terms_as_draws_the_bound_is_never_too_small(count):
    """√(n Σ g²), exactly, which is Σ |g| where all are alike."""
    terms = np.random.default_rng(count).normal(size=(count, 5))
    bound = bounded(signed_sums(terms), count)
    np.testing.assert_allclose(bound, np.sqrt(count * np.sum(terms**2, axis=0)))
    assert np.all(bound >= np.sum(np.abs(terms), axis=0) * (1 - 1e-12))
    np.testing.assert_allclose(bounded(signed_sums(np.ones((count, 1))), count), count)


@pytest.mark.parametrize("draws", [1, 2, 4, 8])
def test_signs_are_orthogonal(draws):
    """As many as there are draws; with fewer draws as well the bound is never too small."""
    np.testing.assert_array_equal(orthogonal(draws) @ orthogonal(draws).T, draws * np.eye(draws))
    copies = Copies(np.dtype(float), True, draws)
    terms = np.random.default_rng(draws).normal(size=(draws, 5))
    bound = bounded(signed_sums(terms, copies), draws)
    assert np.all(bound >= np.sum(np.abs(terms), axis=0) * (1 - 1e-12))


def test_of_more_terms_it_is_too_small_by_chance_alone():
    """In one entry of fifty at most, and never of the largest of an array; nor is it four times too large."""
    short = []
    for count in (9, 16, 40, 300):
        terms = np.random.default_rng(count).normal(size=(count, 500))
        bound, size = bounded(signed_sums(terms), count), np.sum(np.abs(terms), axis=0)
        short += list(bound < size)
        assert bound.max() >= size.max()
        assert np.all(bound < 4 * size)
    assert np.mean(short) < 0.02


def test_terms_that_are_all_alike_are_bounded_by_their_plain_sum():
    """Signs may cancel there."""
    assert bounded(np.zeros((DRAWS, 1)), 16, np.full(1, -16.0)) == 16


def test_a_bound_of_tiny_numbers_is_not_lost_in_squaring():
    """1e-300, whose square is none."""
    assert bounded(signed_sums(np.full((2, 1), 1e-300)), 2) == pytest.approx(2e-300)


def test_a_bound_of_denormal_complex_numbers_is_a_number():
    """Divided by a denormal number a complex one is none, and its bound refuted a right layer."""
    drawn = np.full((8, 2), 4e-320 - 3e-320j)
    assert bounded(drawn, 8) == pytest.approx(np.full(2, 5e-320 * 8), rel=0.01)


def test_what_is_below_the_least_healthy_number_starts_and_nothing_else():
    """Counted by step, and of its size in every copy."""
    case = random_case(vanilla, np.random.default_rng(0), {"H": 2, "D": 3})
    small = least_healthy(np.dtype(np.float64)) / 2
    cotangents = np.broadcast_to(np.array([[small, 1.0, 0.0], [1.0, 1.0, 0.0]]), (COPIES.count, 2, 3))
    lost = Underflow(case, COPIES, [np.zeros((COPIES.count, 2, 2))], apart=True)
    started = lost.started(cotangents)
    assert started.counts.tolist() == [1, 0]
    only = [[small, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(np.abs(started.flow), np.broadcast_to(only, (COPIES.count, 2, 3)))
    np.testing.assert_allclose(lost.bound(started.flow, started.counts), only)
    assert lost.started(np.ones((COPIES.count, 2, 3))).flow is None


@pytest.mark.parametrize(("apart", "counts"), [(True, [1, 0, 0]), (False, [1, 1, 1])])
def test_what_starts_is_counted_by_row_where_rows_are_apart(apart, counts):
    """Otherwise any row may have it; a row that is come to later has none of its own."""
    case = random_case(vanilla, np.random.default_rng(0), {"H": 2, "D": 3})
    cotangents = np.ones((COPIES.count, 2, 3))
    cotangents[:, 0, 0] = 1e-310
    lost = Underflow(case, COPIES, [np.zeros((COPIES.count, 2, 2))], apart)
    lost.counts += lost.started(cotangents).counts
    lost.widen(3)
    assert lost.counts.tolist() == counts
    assert lost.flow[0].shape == (COPIES.count, 3, 2)


def test_parts_of_steps_are_added_up_and_each_is_rounded():
    """By a least normal number at each."""
    case = random_case(vanilla, np.random.default_rng(0), {"H": 2, "D": 3}, 2, 4)
    sums = Sums(case, COPIES)
    sums.add_steps("b", np.ones((COPIES.count, 4, 2)), np.zeros((4, 2)))
    assert np.all(sums.draws["b"] == 4)
    np.testing.assert_allclose(sums.terms["b"], 5 * least_healthy(np.dtype(np.float64)))
