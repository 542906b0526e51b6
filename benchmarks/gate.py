"""The gate: a contender is timed only if its gradients are the manual ones.

Two right answers differ by rounding, and here is the one place that says by how much. With u the unit of the
type (half the spacing of numbers at 1), a block of the gradient is a sum over T · N terms, whose rounding
grows like √(T · N) u, and each term has come through up to T steps, of which each rounds its factors a few
times and so adds a multiple of u. So

    ‖G − G_manual‖∞  ≤  16 u (T + √(T · N)) ‖G_manual‖∞ + lost

where 16 is the room that ``verification.models.tolerance`` leaves too, and ``lost`` what an engine may flush
that will not compute with denormal numbers: entries below tiny / u, at most one for each step, record and
unit. For the longest sequences the bound is 1e-3 in float32 and 2e-12 in float64. A wrong term that is
smaller is for the verification to find, with tolerances that it derives from each case; this is a check that
a contender does the same work.
"""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Any

import numpy as np

from benchmarks.shapes import CallShape
from rnn.common.arrays import Array

ROOM = 16


@dataclass(frozen=True)
class Verdict:
    """The largest error of any block relative to its size, and why it is refused, or "" if it is not."""

    agreement: float | None
    objection: str = ""


def compare(got: dict[str, Array], manual: dict[str, Array], shape: CallShape) -> Verdict:
    """Are these the manual gradients, to rounding? Every block has to have manual's shape and dtype."""
    worst, objections = 0.0, []
    for name, want in manual.items():
        block = got.get(name)
        if block is None:
            return Verdict(None, f"{name} is missing")
        if block.shape != want.shape or block.dtype != want.dtype:
            return Verdict(
                None,
                f"{name} is {block.dtype} of shape {block.shape}, needed {want.dtype} of shape {want.shape}",
            )
        size, error = _largest(want), _largest(block - want)
        relative, lost = _bounds(want.dtype, shape)
        if not error <= relative * size + lost:
            objections.append(f"{name} is off by {error:.2g}, its largest entry is {size:.2g}")
        worst = max(worst, error / size if size > lost else 0.0) if isfinite(error) else error
    return Verdict(worst if isfinite(worst) else None, "; ".join(objections))


def _bounds(dtype: np.dtype[Any], shape: CallShape) -> tuple[float, float]:
    """What an error may be, relative to the block's size, and whatever that is."""
    info = np.finfo(dtype)
    u = float(info.eps) / 2
    relative = ROOM * u * (shape.T + sqrt(shape.T * shape.N))
    return relative, shape.T * shape.N * shape.H * float(info.tiny) / u


def _largest(array: Array) -> float:
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.max(np.abs(array)))
