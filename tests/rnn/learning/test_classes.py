"""Classes in one-hot codes, the probabilities of a softmax, and what a loss of each class counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.learning.classes import check_class_weight, class_factors, one_hot, softmax


def test_codes_are_ones_at_their_places():
    """And zeros elsewhere, of the type that is asked for."""
    assert one_hot(np.array([[1], [0]]), 2, np.float32).tolist() == [[[0, 1]], [[1, 0]]]
    assert one_hot(np.array([1]), 2, np.float32).dtype == np.float32


def test_probabilities_are_in_proportion_to_exponentials():
    """Whatever the size of the outputs."""
    likely = np.array([[0.5, 0.25, 0.25], [1, 0, 0]])
    with np.errstate(under="ignore"):
        np.testing.assert_allclose(softmax(np.log(likely[:1]) + 1e4), likely[:1])
        np.testing.assert_array_equal(softmax(np.array([[1e4, 0, 0]])), likely[1:])


def test_each_place_has_probabilities_of_its_own():
    """However far its outputs are from those of another; along the last of any number of axes."""
    likely = np.array([[[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]], [[0.3, 0.6, 0.1], [0.4, 0.4, 0.2]]])
    away = np.array([1e4, -1e4])[:, np.newaxis, np.newaxis]
    np.testing.assert_allclose(softmax(np.log(likely) + away), likely, rtol=1e-9)


@given(st.lists(st.integers(0, 9) | st.floats(1e-3, 9), min_size=1, max_size=6))
def test_balanced_classes_count_alike(counts):
    """Those that occur: each in sum the same, and all together as much as there are losses."""
    counts = np.array(counts, float)
    factors = class_factors("balanced", range(len(counts)), counts)
    occur = counts > 0
    assert np.isfinite(factors).all()
    if occur.any():
        share = counts.sum() / occur.sum()
        np.testing.assert_allclose((factors * counts)[occur], share, rtol=1e-12)


def test_a_dict_names_what_it_changes():
    """All else counts once."""
    assert class_factors({2: 5, 0: 0.5}, range(4), np.zeros(4)).tolist() == [0.5, 1, 5, 1]
    assert (
        class_factors({}, "ab", np.ones(2)).tolist()
        == class_factors(None, "ab", np.ones(2)).tolist()
        == [1, 1]
    )


@pytest.mark.parametrize("right", [None, "balanced", {}, {0: 0}, {np.int64(1): np.float32(2), 2: 10**300}])
def test_what_counts_classes_is_taken(right):
    """Names may be numbers of NumPy."""
    check_class_weight(right, range(3))
