"""Precision: right to fewer digits than the number type has, and why."""

from collections.abc import Sequence

import numpy as np

from verification.diagnosis.probe import Seen
from verification.models.arrays import Array
from verification.models.case import Case
from verification.properties.asking import ask
from verification.properties.engine import Engine
from verification.properties.per_step import is_unfolded, lag_by_lag
from verification.truth.comparison import compare
from verification.truth.table import grouped_table

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


def function_is_inaccurate(engine: Engine, case: Case) -> bool:
    """Is all right if a function's values near 0 may be rounded as 1 is?"""
    if not engine.model.functions:
        return False
    answer, table = ask(engine, case), grouped_table(case, floor=1.0)
    expected = {**table.forward(), **table.expected()}
    parts: Sequence[tuple[str, Array]] = [*answer.forward.items(), *answer.gradients()]
    return not any(compare(name, got, expected[name].truth, expected[name].bound) for name, got in parts)


def function_is_inaccurate_at_lags(engine: Engine, case: Case) -> bool:
    """Is a lag wrong, and none if a function's values near 0 may be rounded as 1 is?"""
    if not engine.model.functions or is_unfolded(case):
        return False
    as_it_is, at_one = (
        any(wrong for _, wrong, _ in lag_by_lag(engine, case, floor)) for floor in (None, 1.0)
    )
    return as_it_is and not at_one
