"""Where learning starts; what a network makes of it is tested with the network."""

import numpy as np

from rnn.cells.initial import glorot, orthogonal, stacked


def test_gates_are_stacked():
    """One block of U and W a gate, each drawn anew, and as many biases of zero."""
    U, W, b = stacked(np.random.default_rng(0), gates=3, units=2, inputs=4)
    assert (U.shape, W.shape, b.tolist()) == ((6, 4), (6, 2), [0] * 6)
    assert len({block.tobytes() for block in np.split(W, 3)}) == 3


def test_glorot_fills_its_interval():
    """Uniform up to ±√(6 / (rows + columns))."""
    block, limit = glorot(np.random.default_rng(0), 40, 60), (6 / 100) ** 0.5
    assert 0.98 * limit < abs(block).max() <= limit


def test_orthogonal_is_orthogonal():
    """QᵀQ = 1 to rounding."""
    Q = orthogonal(np.random.default_rng(0), 8)
    np.testing.assert_allclose(Q.T @ Q, np.eye(8), rtol=0, atol=1e-14)
