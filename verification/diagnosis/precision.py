"""Precision: right to fewer digits than the number type has, and why."""

import numpy as np

from verification.diagnosis.probe import Seen
from verification.models.arrays import Array

# The type that is used by mistake inside a wider one.
NARROW = {"float64": np.float32, "complex128": np.complex64}

# How many of its units of rounding an answer may then be off.
UNITS = 64


def narrow(seen: Seen) -> str | None:
    """The narrower type that every wrong part is rounded to, by its name; None where it is none."""
    wrong = [(seen.values[name], seen.truth.forward[name].truth) for name in seen.forward]
    wrong += [(seen.got[name], seen.want(name)) for name in seen.blocks]
    dtype = NARROW.get(seen.truth.case.dtype.name)
    if dtype is None or not wrong:
        return None
    unit = float(np.finfo(dtype).eps)
    if all(_off(got, want) <= UNITS * unit for got, want in wrong) and any(
        np.array_equal(got, got.astype(dtype)) for got, _ in wrong
    ):
        return np.dtype(dtype).name
    return None


def _off(got: Array, want: Array) -> float:
    size = float(np.max(np.abs(want)))
    return float(np.max(np.abs(got - want))) / size if size else np.inf
