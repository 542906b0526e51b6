"""Precision: right to fewer digits than the number type has, and why."""

import numpy as np

from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.probe import Seen, look_at
from verification.models.case import Cotangents
from verification.properties.engine import Engine
from verification.properties.linearity import scaled
from verification.truth.comparison import off

# The type that is used by mistake inside a wider one.
NARROW = {"float64": np.float32, "complex128": np.complex64}

# How many of its units of rounding an answer may then be off.
UNITS = 64

# Bits of narrower types, and the part of itself by which a number that is rounded to the fewest may be off.
BITS = {"bfloat16": 8, "float16": 11, "float32": 24}
COARSEST = 2.0**-4

# What three times as much may be off by, as a part of the error, where it is three times the gradient.
SAME = 1e-2


def narrow(seen: Seen) -> str | None:
    """The name of the narrower type that every wrong part is rounded to; None if there is none."""
    wrong = [(seen.values[name], seen.truth.forward[name].truth) for name in seen.forward]
    wrong += [(seen.got[name], seen.want(name)) for name in seen.blocks]
    dtype = NARROW.get(seen.truth.case.dtype.name)
    if dtype is None or not wrong:
        return None
    unit = float(np.finfo(dtype).eps)
    if all(off(got, want) <= UNITS * unit for got, want in wrong) and any(
        np.array_equal(got, got.astype(dtype)) for got, _ in wrong
    ):
        return np.dtype(dtype).name
    return None


def rounded(engine: Engine, seen: Seen) -> Coded | None:
    """What some numbers on the way back are rounded to, in words behind "as if", by how far it is off.

    Twice the cotangents then give twice the gradient to the last bit, and three times do not.
    """
    case = seen.truth.case
    far_off = max((off(seen.got[name], seen.want(name)) for name in seen.blocks), default=0.0)
    if seen.forward or not 0 < far_off < COARSEST or not isinstance(case.objective, Cotangents):
        return None
    for factor in (2, 3):
        other = look_at(engine, scaled(case, factor))
        far = [
            off(other.got[name], factor * seen.got[name]) if name in other.got else np.inf
            for name in seen.blocks
        ]
        if (max(far) > 0) if factor == 2 else (max(far) < SAME * far_off):
            return None
    bits = round(-np.log2(far_off))
    name = min(BITS, key=lambda each: abs(BITS[each] - bits))
    words = f"numbers on the way back were rounded to about {bits} bits ({name} has {BITS[name]})"
    return mistake("rounded", words)
