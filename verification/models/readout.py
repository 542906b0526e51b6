"""What the included cells share: an affine map of rows, as in a network's layers, and the readout.

    o = V h + c        V (K, H), c (K,)

Leading axes of any array are independent copies.
"""

from typing import Any

import autograd.numpy as np

from verification.models.model import Block, Use
from verification.models.product import rows

READOUT = (
    Block("V", ("K", "H"), Use.READOUT, meaning="output weights"),
    Block("c", ("K",), Use.READOUT, meaning="output bias"),
)


def bias(b: Any) -> Any:
    """b (…, M), to be added to rows (…, N, M)."""
    return np.expand_dims(b, -2)


def affine(f: Any, p: Any, h: Any, *others: Any) -> Any:
    """The readout, from the first state array."""
    return rows(p.V, h) + bias(p.c)
