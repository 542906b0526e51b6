"""What the shipped cells share."""

import numpy as np

from verification.models.model import Named
from verification.models.product import rows
from verification.models.readout import affine, bias


def test_rows_and_bias():
    """W x + b for each row, leading axes being copies that do not meet."""
    W, b = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0.0, 10.0, 20.0])
    x = np.array([[1.0, 1.0], [2.0, 0.0]])
    want = [[3.0, 17.0, 31.0], [2.0, 16.0, 30.0]]
    assert (rows(W, x) + bias(b)).tolist() == want
    copies = rows(np.stack([W, 0 * W]), np.stack([x, x])) + bias(np.stack([b, b]))
    assert copies.tolist() == [want, [[0.0, 10.0, 20.0]] * 2]
    assert affine(None, Named(V=W, c=b), x).tolist() == want
