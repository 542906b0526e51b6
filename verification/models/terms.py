"""A matrix as code in chunks keeps it: a sum, whose terms are added up where it is read or a chunk ends.

    S_t = diag(w_t) S + Σ_s diag(w_ts) a_s b_sᵀ

with S the chunk's first matrix, a_s b_sᵀ what step s has added, and w what decays since have left of each.
Step by step a delta rule takes away from its matrix what a key reads, and roundings shrink as the matrix
does. In chunks (the WY form) they do not: where terms cancel, the sum is off by their roundings, and so is
what flows back to each.

Source: Yang et al., *Parallelizing linear transformers with the delta rule*, arXiv 2406.06484, section 3.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import autograd.numpy as np


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of a matrix (…, N, A, K, V).

    ``first``: the chunk's first matrix. ``left``: what is left of it (…, N, A, K). ``keys`` (…, N, s, A, K)
    and ``values`` (…, N, s, A, V): what s outer products since have left, None at first. ``rounded``: what is
    done to the result of an operation.
    """

    first: Any
    left: Any
    rounded: Callable[[Any], Any]
    keys: Any = None
    values: Any = None

    @classmethod
    def of(cls, first: Any, rounded: Callable[[Any], Any]) -> "Terms":
        """Those of a chunk's first matrix, of which all is left."""
        return cls(first, np.ones(first.shape[:-1], first.dtype), rounded)

    def decayed(self, by: Any) -> "Terms":
        """What is left after a decay by these factors (…, N, A, K or 1)."""
        left = self.rounded(self.left * by)
        if self.keys is None:
            return replace(self, left=left)
        return replace(self, left=left, keys=self.rounded(self.keys * np.expand_dims(by, -3)))

    def read(self, x: Any) -> Any:
        """Sᵀ x (…, N, A, V), by x (…, N, A, K)."""
        seen = np.sum(self.rounded(np.expand_dims(self.left * x, -1) * self.first), axis=-2)
        if self.keys is None:
            return seen
        each = self.rounded(np.sum(self.rounded(self.keys * np.expand_dims(x, -3)), axis=-1))
        return seen + np.sum(np.expand_dims(each, -1) * self.values, axis=-3)

    def plus(self, key: Any, value: Any) -> "Terms":
        """With the outer product of a key (…, N, A, K) and a value (…, N, A, V) added."""
        keys, values = np.expand_dims(key, -3), np.expand_dims(self.rounded(value), -3)
        if self.keys is not None:
            keys = np.concatenate([self.keys, keys], axis=-3)
            values = np.concatenate([self.values, values], axis=-3)
        return replace(self, keys=keys, values=values)

    @property
    def whole(self) -> Any:
        """The matrix."""
        kept = self.rounded(np.expand_dims(self.left, -1) * self.first)
        if self.keys is None:
            return kept
        return kept + np.matmul(
            np.moveaxis(self.rounded(self.keys), -3, -1), np.swapaxes(self.values, -3, -2)
        )
