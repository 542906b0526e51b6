"""Classes in one-hot codes, the probabilities of a softmax, and what a loss of each class counts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rnn.learning.classes import class_factors, one_hot, softmax


def test_a_code_is_a_one_at_its_place():
    """In the type that is asked for."""
    found = one_hot(np.array([[1, 0]]), 3, np.float32)
    assert (found.dtype, found.tolist()) == (np.float32, [[[0, 1, 0], [1, 0, 0]]])


def test_probabilities_are_in_proportion_to_exponentials():
    """Whatever the size of the outputs."""
    likely = np.array([[[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]]])
    with np.errstate(under="ignore"):
        np.testing.assert_allclose(softmax(np.log(likely) + np.array([[1e4], [-1e4]])), likely)
        np.testing.assert_array_equal(softmax(np.array([[1e4, 0, 0]])), [[1, 0, 0]])


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
