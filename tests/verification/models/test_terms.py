"""A matrix of terms is the matrix that they add up to."""

import numpy as np

from verification.models.gated_linear_attention import outer, read
from verification.models.terms import Terms

RNG = np.random.default_rng(0)
S, DECAYS = RNG.standard_normal((2, 3, 4, 5)), RNG.uniform(size=(2, 3, 4))
KEYS, VALUES = RNG.standard_normal((3, 2, 3, 4)), RNG.standard_normal((3, 2, 3, 5))


def test_what_is_done_to_the_terms_is_done_to_the_matrix():
    """It is read, decays by key or as a whole, and grows, before anything was added and afterwards."""
    terms, matrix = Terms.of(S, lambda array: array), S
    for key, value in zip(KEYS, VALUES, strict=True):
        for by in (DECAYS, DECAYS[..., :1]):
            terms, matrix = terms.decayed(by), by[..., None] * matrix
        np.testing.assert_allclose(read(terms, key), read(matrix, key), 1e-12)
        np.testing.assert_allclose(terms.whole, matrix, 1e-12)
        terms, matrix = terms.plus(key, value), matrix + outer(key, value)
        np.testing.assert_allclose(read(terms, key), read(matrix, key), 1e-12)
        np.testing.assert_allclose(terms.whole, matrix, 1e-12)


def test_each_product_is_rounded():
    """Terms that cancel leave the roundings of their own sizes."""

    def noisy(array):
        return array * (1 + 1e-6 * RNG.uniform(-1, 1, array.shape))

    terms = Terms.of(0 * S, noisy).plus(KEYS[0], VALUES[0]).plus(-KEYS[0], VALUES[0])
    assert 1e-8 < np.abs(terms.whole).max() < 1e-5
    assert 1e-8 < np.abs(read(terms, KEYS[1])).max() < 1e-4
