"""Replays from detached states, on a case that can be checked by hand."""

import numpy as np
import pytest

from verification.models import complex_scan, scan
from verification.models.case import Case, Cotangents
from verification.models.truncation import Tabled
from verification.truth import replay


def by_hand(first):
    """h′ = a h + x with a = 2, 3, x = 5, 7, h0 = 11, and L = h1 + 10 h2: h1 = 27, h2 = 88."""
    blocks = {"a": [[[2.0], [3.0]]], "x": [[[5.0], [7.0]]], "h0": [[11.0]]}
    d = Cotangents(np.array([[[1.0], [10.0]]]), (np.zeros((1, 1)),))
    case = Case(scan, {name: np.array(array) for name, array in blocks.items()}, d, truncation=Tabled(first))
    return {name: array.ravel().tolist() for name, array in replay.gradient(case).items()}


@pytest.mark.parametrize(
    ("first", "a", "x", "h0"),
    [
        ((0, 0), [31 * 11.0, 270.0], [31.0, 10.0], [62.0]),
        ((0, 1), [11.0, 270.0], [1.0, 10.0], [2.0]),
        ((0, 2), [11.0, 0.0], [1.0, 0.0], [2.0]),
    ],
)
def test_each_loss_reaches_back_to_its_first(first, a, x, h0):
    """dh1 is 1 + 10 · 3 where the second loss reaches it, and 1 where not."""
    assert by_hand(first) == {"a": a, "x": x, "h0": h0}


def test_complex_gradients_are_not_conjugated():
    """∂ Re(conj(d) · a h) / ∂(Re a, Im a) = d conj(h)."""
    blocks = {"a": np.array([[[1j]]]), "x": np.array([[[0j]]]), "h0": np.array([[2 + 3j]])}
    case = Case(complex_scan, blocks, Cotangents(np.array([[[1 + 1j]]]), (np.array([[0j]]),)))
    grads = replay.gradient(case)
    assert grads["a"].item() == (1 + 1j) * (2 - 3j)
    assert grads["h0"].item() == (1 + 1j) * (-1j)
