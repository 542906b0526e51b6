"""Classes in one-hot codes, and the probabilities of a softmax."""

import numpy as np

from rnn.learning.classes import one_hot, softmax


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
