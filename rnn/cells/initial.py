"""Where learning starts: the parameters that ``init`` makes.

Sources: Glorot and Bengio (2010), section 4.2; Saxe, McClelland and Ganguli (2014).
"""

import numpy as np

from rnn.common.arrays import Array


def stacked(rng: np.random.Generator, gates: int, units: int, inputs: int) -> tuple[Array, Array, Array]:
    """U (G, D), W (G, H), b (G,): each gate's block of U Glorot-uniform, of W orthogonal, b zero."""
    U = np.concatenate([glorot(rng, units, inputs) for _ in range(gates)])
    W = np.concatenate([orthogonal(rng, units) for _ in range(gates)])
    return U, W, np.zeros(gates * units)


def glorot(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """A matrix of entries that are uniform up to ±√(6 / (rows + columns))."""
    limit = np.sqrt(6 / (rows + columns))
    return np.asarray(rng.uniform(-limit, limit, (rows, columns)))


def orthogonal(rng: np.random.Generator, units: int) -> Array:
    """A square matrix that is uniform over the orthogonal ones."""
    Q, R = np.linalg.qr(rng.standard_normal((units, units)))
    # With the signs of R's diagonal moved into Q, Q is uniform over the orthogonal matrices.
    return np.asarray(Q * np.sign(np.diagonal(R)))
