"""Conditions on numbers at which code switches to another formula, or takes what is small for nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall, Sizes
from benchmarks.evidence.adversary.condition import SWITCHES, Trigger, anywhere
from benchmarks.evidence.adversary.published.numbers import RECORDS, STEPS, UNITS, gates
from verification.models.arrays import Array

# A record, a step or a unit is quiet at so small a share of the others.
QUIET = 1e-8


def _of(
    words: str, of: str, holds: Callable[[BackwardCall], Any], sizes: Callable[[Sizes], Any] = anywhere
) -> Trigger:
    return Trigger(words, SWITCHES, holds, sizes, frozenset(of.split()))


def _small(block: str, below: float) -> Trigger:
    """Is a block below a number, and is it not zero?"""
    return _of(
        f"{block} is below {below:g}, not zero",
        block,
        lambda call: 0 < np.abs(call.arrays[block]).max() < below,
    )


def _subnormal(block: str) -> Trigger:
    """Has a block a number below the least normal one of its type?"""

    def holds(call: BackwardCall) -> Any:
        numbers = np.abs(call.arrays[block])
        return ((numbers > 0) & (numbers < np.finfo(numbers.dtype).tiny)).any()

    return _of(f"{block} has a subnormal number", block, holds)


def _quiet(block: str, axis: int, what: str, sizes: Callable[[Sizes], Any]) -> Trigger:
    """Is what has one index along an axis far below the rest, and not zero?"""

    def holds(call: BackwardCall) -> Any:
        numbers: Array = np.abs(np.moveaxis(call.arrays[block], axis, 0))
        largest = numbers.reshape(len(numbers), -1).max(axis=1)
        return 0 < largest.min() < QUIET * largest.max()

    return _of(f"{block} has a far quieter {what}", block, holds, sizes)


def _gate(words: str, part: int, check: Callable[[Array], Any]) -> Trigger:
    """Of a gate's pre-activations at the first step, without what comes of h0."""
    return _of(words, "xs U b", lambda call: check(gates(call)[part]))


CONDITIONS = (
    *(_small(block, 1e-8) for block in ("xs", "h0", "c0", "d_outputs", "d_h", "d_c", "U", "W", "b")),
    *(_subnormal(block) for block in ("xs", "h0", "c0", "d_outputs")),
    *(_quiet(block, 0, "record", RECORDS) for block in ("xs", "h0", "c0", "d_outputs")),
    *(_quiet(block, 1, "step", STEPS) for block in ("xs", "d_outputs")),
    *(_quiet(block, 1, "unit", UNITS) for block in ("h0", "c0")),
    _gate("f is within 1e-4 of 1 somewhere", 1, lambda a: (a > -np.log(1e-4)).any()),
    _gate("f is within 1e-8 of 1 somewhere", 1, lambda a: (a > -np.log(1e-8)).any()),
    _gate("f is within 1e-4 of 0 somewhere", 1, lambda a: (a < np.log(1e-4)).any()),
    _gate("i is within 1e-4 of 1 somewhere", 0, lambda a: (a > -np.log(1e-4)).any()),
    _gate("o is within 1e-4 of 0 somewhere", 3, lambda a: (a < np.log(1e-4)).any()),
    _gate("|g| is below 1e-5 somewhere", 2, lambda a: ((a != 0) & (np.abs(a) < 1e-5)).any()),
    _gate("a pre-activation of f from 20 to 45", 1, lambda a: ((np.abs(a) >= 20) & (np.abs(a) <= 45)).any()),
)
