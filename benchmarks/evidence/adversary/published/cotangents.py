"""Conditions on cotangents: which are missing, their size, sign and pattern."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall, Sizes
from benchmarks.evidence.adversary.condition import COTANGENTS, Trigger, anywhere
from benchmarks.evidence.adversary.published.numbers import RECORDS, STEPS, UNITS
from verification.models.arrays import Array

# A call without any cotangent is never made, so two conditions that leave some out exclude each other.
SOME = "that there is one"


def _given(
    words: str, holds: Callable[[BackwardCall], Any], sizes: Callable[[Sizes], Any] = anywhere
) -> Trigger:
    return Trigger(words, COTANGENTS, holds, sizes, frozenset({"d_outputs", "d_state", SOME}))


def _outputs(words: str, check: Callable[[Array], Any], sizes: Callable[[Sizes], Any] = anywhere) -> Trigger:
    return Trigger(
        f"d_outputs {words}", COTANGENTS, lambda call: check(call.d_outputs), sizes, frozenset({"d_outputs"})
    )


def _final(words: str, holds: Callable[[Array, Array], Any]) -> Trigger:
    return Trigger(words, COTANGENTS, lambda call: holds(*call.d_state), of=frozenset({"d_state"}))


def _lacks(axis: int, index: int | None = None) -> Callable[[Array], Any]:
    """Has what has one index along an axis none, or that of some, and the rest some?"""

    def lacks(d: Array) -> Any:
        some = np.asarray(np.moveaxis(d, axis, 0).reshape(d.shape[axis], -1).any(axis=1))
        return some.any() and not (some.all() if index is None else some[index])

    return lacks


def _last_alone(d: Array) -> Any:
    return d[:, -1].any() and not d[:, :-1].any()


def _size(low: float, high: float) -> Callable[[Array], Any]:
    return lambda d: low < np.abs(d).max() < high


def _one_of_axis(axis: int) -> Callable[[Array], Any]:
    return lambda d: d.any() and np.array_equal(d, np.broadcast_to(d.take([0], axis), d.shape))


CONDITIONS = (
    _given("the outputs have no cotangent", lambda call: not call.d_outputs.any()),
    _given("the final state has no cotangent", lambda call: not any(d.any() for d in call.d_state)),
    _given("all have a cotangent", lambda call: all(d.any() for d in (call.d_outputs, *call.d_state))),
    _given("d_h and d_c alone", lambda call: not call.d_outputs.any() and all(d.any() for d in call.d_state)),
    _given(
        "every cotangent is nonnegative",
        lambda call: all((d >= 0).all() for d in (call.d_outputs, *call.d_state)),
    ),
    _given(
        "every cotangent is of whole numbers",
        lambda call: all((d == np.round(d)).all() for d in (call.d_outputs, *call.d_state)),
    ),
    _given("no cotangent is zero", lambda call: call.d_outputs.all() and all(d.all() for d in call.d_state)),
    _outputs("is given at the last step alone", _last_alone, STEPS),
    _outputs("lacks the last step", _lacks(1, -1), STEPS),
    _outputs("lacks the first step", _lacks(1, 0), STEPS),
    _outputs("lacks a step", _lacks(1), STEPS),
    _outputs("lacks a record", _lacks(0), RECORDS),
    _outputs("lacks the first record", _lacks(0, 0), RECORDS),
    _outputs("lacks a unit", _lacks(2), UNITS),
    _outputs("has a zero", lambda d: d.any() and not d.all(), lambda s: s.N * s.T * s.H > 1),
    _outputs(
        "has one number that is not zero", lambda d: np.count_nonzero(d) == 1, lambda s: s.N * s.T * s.H > 1
    ),
    _outputs("is nowhere negative", lambda d: d.any() and (d >= 0).all()),
    _outputs("is nowhere positive", lambda d: d.any() and (d <= 0).all()),
    _outputs("is all ones", lambda d: (d == 1).all()),
    _outputs(
        "is all alike", lambda d: d.flat[0] != 0 and (d == d.flat[0]).all(), lambda s: s.N * s.T * s.H > 1
    ),
    _outputs("is the same at all steps", _one_of_axis(1), STEPS),
    _outputs("is the same in all records", _one_of_axis(0), RECORDS),
    _outputs("is the same for all units", _one_of_axis(2), UNITS),
    _outputs("is of whole numbers", lambda d: d.any() and (d == np.round(d)).all()),
    _outputs("is below 1e-3, not zero", _size(0, 1e-3)),
    _outputs("is below 1e-8, not zero", _size(0, 1e-8)),
    _outputs("is beyond 2", _size(2, np.inf)),
    _outputs("is beyond 50", _size(50, np.inf)),
    _outputs("is beyond 1e4", _size(1e4, np.inf)),
    _outputs("is beyond 1e8", _size(1e8, np.inf)),
    _outputs("has a norm beyond 10", lambda d: np.linalg.norm(d) > 10),
    _outputs("sums to more than 1", lambda d: d.sum() > 1),
    _outputs("grows from step to step", lambda d: (np.diff(np.abs(d).sum(axis=(0, 2))) > 0).all(), STEPS),
    _final("d_c is zero, d_h is not", lambda h, c: h.any() and not c.any()),
    _final("d_h is zero, d_c is not", lambda h, c: c.any() and not h.any()),
    _final("d_h equals d_c, not zero", lambda h, c: h.any() and np.array_equal(h, c)),
    _final("d_h is nowhere negative", lambda h, c: h.any() and (h >= 0).all()),
    _final("d_c is nowhere positive", lambda h, c: c.any() and (c <= 0).all()),
    _final("d_c has a number beyond 2", lambda h, c: np.abs(c).max() > 2),
    _final("d_c has a zero", lambda h, c: c.any() and not c.all()),
    _final("d_h is 1e3 times d_c and more", lambda h, c: np.abs(h).max() > 1e3 * np.abs(c).max() > 0),
)
