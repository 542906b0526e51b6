"""Conditions on the numbers of parameters, inputs and states: zeros, patterns, magnitudes and signs."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.evidence.adversary.call import BackwardCall, Sizes
from benchmarks.evidence.adversary.condition import PATTERNS, VALUES, ZEROS, Trigger, anywhere
from verification.models.arrays import Array

Check = Callable[[Array], Any]

# Of a number that none is to be taken for zero, and that is far below one.
TINY = 1e-3


def _whole(a: Array) -> Any:
    return a.any() and np.array_equal(a, np.round(a))


def _binary(a: Array) -> Any:
    return a.any() and np.isin(a, (0, 1)).all()


def _equal(pair: Sequence[Array]) -> bool:
    first, second = pair
    return np.array_equal(first, second)


def _one_sign(sign: int) -> Check:
    return lambda a: a.any() and (sign * a >= 0).all()


def _alike(axis: int) -> Check:
    """Are all along an axis the same, and not zero?"""
    return lambda a: (
        a.shape[axis] > 1 and a.any() and np.array_equal(a, np.broadcast_to(a.take([0], axis), a.shape))
    )


def _all_alike(a: Array) -> Any:
    return a.size > 1 and a.flat[0] != 0 and (a == a.flat[0]).all()


def _largest(check: Callable[[Any], Any]) -> Check:
    return lambda a: check(np.abs(a).max())


def _square(check: Check) -> Check:
    """Of all four parts of a matrix with a row for each gate."""
    return lambda a: a.any() and all(map(check, np.split(a, 4)))


def _of_part(number: int, check: Check) -> Check:
    return lambda a: check(np.split(a, 4)[number])


def _zero(a: Array) -> Any:
    return not a.any()


def _in_part(axis: int, index: int | None) -> Check:
    """Is what has one index along an axis zero, or that of some, and the rest not?"""

    def check(a: Array) -> Any:
        nonzero = np.asarray(np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1).any(axis=1))
        return nonzero.any() and not (nonzero.all() if index is None else nonzero[index])

    return check


def _one_alone(axis: int, index: int) -> Check:
    """Is what has one index along an axis all that is not zero?"""

    def check(a: Array) -> Any:
        nonzero = np.asarray(np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1).any(axis=1))
        return nonzero[index] and nonzero.sum() == 1

    return check


def _hot(a: Array) -> Any:
    return np.isin(a, (0, 1)).all() and (a.sum(axis=-1) == 1).all()


STEPS: Callable[[Sizes], Any] = lambda s: s.T > 1  # noqa: E731
RECORDS: Callable[[Sizes], Any] = lambda s: s.N > 1  # noqa: E731
INPUTS: Callable[[Sizes], Any] = lambda s: s.D > 1  # noqa: E731
UNITS: Callable[[Sizes], Any] = lambda s: s.H > 1  # noqa: E731
SEVERAL: Callable[[Sizes], Any] = lambda s: s.N * s.T * s.D > 1  # noqa: E731
STATES: Callable[[Sizes], Any] = lambda s: s.N * s.H > 1  # noqa: E731

OF_ANY: tuple[tuple[str, str, Check], ...] = (
    (ZEROS, "is zero", _zero),
    (VALUES, "is nowhere negative", _one_sign(1)),
    (VALUES, "is nowhere positive", _one_sign(-1)),
    (PATTERNS, "is of whole numbers", _whole),
    (VALUES, "is below 1e-3, not zero", _largest(lambda m: 0 < m < TINY)),
)

OF_W: tuple[tuple[str, str, Check, Callable[[Sizes], Any]], ...] = (
    (PATTERNS, "is symmetric", _square(lambda w: np.array_equal(w, w.T)), UNITS),
    (PATTERNS, "is diagonal", _square(lambda w: np.array_equal(w, np.diag(np.diag(w)))), UNITS),
    (
        PATTERNS,
        "is triangular",
        _square(lambda w: np.array_equal(w, np.tril(w)) or np.array_equal(w, np.triu(w))),
        UNITS,
    ),
    (
        PATTERNS,
        "has one nonzero number in each row",
        _square(lambda w: (np.count_nonzero(w, axis=1) == 1).all()),
        UNITS,
    ),
    (
        PATTERNS,
        "is the same in two gates",
        lambda w: w.any() and _equal(np.split(w, 4)[:2]),
        anywhere,
    ),
    (PATTERNS, "is all alike", _all_alike, anywhere),
    (
        ZEROS,
        "has a zero diagonal",
        lambda w: w.any() and all(not np.diag(p).any() for p in np.split(w, 4)),
        UNITS,
    ),
    (ZEROS, "has a gate of zeros", lambda w: w.any() and any(not p.any() for p in np.split(w, 4)), anywhere),
    (ZEROS, "has a zero", lambda w: w.any() and not w.all(), anywhere),
    (ZEROS, "has a column of zeros", _in_part(1, None), UNITS),
    (ZEROS, "is half zeros", lambda w: 0 < np.count_nonzero(w) <= w.size / 2, UNITS),
    (VALUES, "has a number beyond 2", _largest(lambda m: m > 2), anywhere),
    (VALUES, "has a number beyond 40", _largest(lambda m: m > 40), anywhere),
    (VALUES, "has a row that sums to more than 2", lambda w: np.abs(w).sum(axis=1).max() > 2, anywhere),
    (VALUES, "has a positive trace in f", _of_part(1, lambda w: np.trace(w) > 0), anywhere),
)
OF_U: tuple[tuple[str, str, Check, Callable[[Sizes], Any]], ...] = (
    (
        PATTERNS,
        "has one nonzero number in each row",
        lambda u: (np.count_nonzero(u, axis=1) == 1).all(),
        INPUTS,
    ),
    (PATTERNS, "is all alike", _all_alike, anywhere),
    (PATTERNS, "is symmetric", _square(lambda w: np.array_equal(w, w.T)), lambda s: (s.D == s.H) & (s.D > 1)),
    (ZEROS, "has a column of zeros", _in_part(1, None), INPUTS),
    (ZEROS, "has a row of zeros", _in_part(0, None), anywhere),
    (ZEROS, "has a gate of zeros", lambda u: u.any() and any(not p.any() for p in np.split(u, 4)), anywhere),
    (ZEROS, "is half zeros", lambda u: 0 < np.count_nonzero(u) <= u.size / 2, anywhere),
    (VALUES, "has a number beyond 2", _largest(lambda m: m > 2), anywhere),
    (VALUES, "has a number beyond 40", _largest(lambda m: m > 40), anywhere),
)
OF_B: tuple[tuple[str, str, Check, Callable[[Sizes], Any]], ...] = (
    (
        PATTERNS,
        "is 1 for f and 0 elsewhere",
        lambda b: (np.split(b, 4)[1] == 1).all() and b.sum() == b.size / 4,
        anywhere,
    ),
    (PATTERNS, "is the same for all units", lambda b: all(map(_all_alike, np.split(b, 4))), UNITS),
    (PATTERNS, "is all alike", _all_alike, anywhere),
    (
        PATTERNS,
        "is the same for two gates",
        lambda b: b.any() and _equal(np.split(b, 4)[::3]),
        anywhere,
    ),
    (ZEROS, "has one number that is not zero", lambda b: np.count_nonzero(b) == 1, anywhere),
    (
        ZEROS,
        "is zero for o, not for f",
        lambda b: not np.split(b, 4)[3].any() and np.split(b, 4)[1].any(),
        anywhere,
    ),
    (ZEROS, "has a zero", lambda b: b.any() and not b.all(), anywhere),
    (VALUES, "is positive for f", _of_part(1, lambda f: (f > 0).all()), anywhere),
    (VALUES, "is negative for i", _of_part(0, lambda i: (i < 0).all()), anywhere),
    (VALUES, "has a number beyond 2", _largest(lambda m: m > 2), anywhere),
    (VALUES, "has a number beyond 40", _largest(lambda m: m > 40), anywhere),
    (VALUES, "sums to more than 1", lambda b: b.sum() > 1, anywhere),
)
OF_XS: tuple[tuple[str, str, Check, Callable[[Sizes], Any]], ...] = (
    (ZEROS, "has a step of zeros", _in_part(1, None), STEPS),
    (ZEROS, "is zero at the first step", _in_part(1, 0), STEPS),
    (ZEROS, "is zero at the last step", _in_part(1, -1), STEPS),
    (
        ZEROS,
        "is zero at a record's last step",
        lambda x: x.any() and not x[:, -1].any(axis=1).all(),
        anywhere,
    ),
    (ZEROS, "has a record of zeros", _in_part(0, None), RECORDS),
    (ZEROS, "is zero in the last record", _in_part(0, -1), RECORDS),
    (ZEROS, "has a feature of zeros", _in_part(2, None), INPUTS),
    (ZEROS, "is zero but at the first step", _one_alone(1, 0), STEPS),
    (ZEROS, "has a zero", lambda x: x.any() and not x.all(), SEVERAL),
    (ZEROS, "is half zeros", lambda x: 0 < np.count_nonzero(x) <= x.size / 2, SEVERAL),
    (PATTERNS, "is one-hot", _hot, INPUTS),
    (PATTERNS, "is 0 and 1 alone", _binary, SEVERAL),
    (PATTERNS, "is −1 and 1 alone", lambda x: (np.abs(x) == 1).all() and (x < 0).any(), SEVERAL),
    (PATTERNS, "is all alike", _all_alike, SEVERAL),
    (PATTERNS, "is the same at all steps", _alike(1), STEPS),
    (PATTERNS, "is the same in all records", _alike(0), RECORDS),
    (PATTERNS, "has a feature that is 1", lambda x: (x == 1).all(axis=(0, 1)).any() and x.std() > 0, INPUTS),
    (
        PATTERNS,
        "has two records alike",
        lambda x: len(x) > 1 and x.any() and np.array_equal(x[0], x[1]),
        RECORDS,
    ),
    (
        PATTERNS,
        "has two steps alike",
        lambda x: x.shape[1] > 1 and x[:, 0].any() and np.array_equal(x[:, 0], x[:, 1]),
        STEPS,
    ),
    (PATTERNS, "is the same backwards in time", lambda x: x.any() and np.array_equal(x, x[:, ::-1]), STEPS),
    (
        PATTERNS,
        "never falls from step to step",
        lambda x: (np.diff(x, axis=1) >= 0).all() and x.std() > 0,
        STEPS,
    ),
    (VALUES, "is from 0 to 1", lambda x: x.any() and x.min() >= 0 and x.max() <= 1, anywhere),
    (VALUES, "has a number beyond 1", _largest(lambda m: m > 1), anywhere),
    (VALUES, "has a number beyond 6", _largest(lambda m: m > 6), anywhere),
    (VALUES, "has a number beyond 100", _largest(lambda m: m > 100), anywhere),
    (VALUES, "is positive at its first number", lambda x: x.flat[0] > 0, anywhere),
    (VALUES, "has a mean above 0.2", lambda x: x.mean() > 0.2, anywhere),
)
OF_STATE: tuple[tuple[str, str, Check, Callable[[Sizes], Any]], ...] = (
    (ZEROS, "has a record of zeros", _in_part(0, None), RECORDS),
    (ZEROS, "has a unit of zeros", _in_part(1, None), UNITS),
    (PATTERNS, "is the same in all records", _alike(0), RECORDS),
    (PATTERNS, "is all alike", _all_alike, STATES),
    (PATTERNS, "is one-hot", _hot, UNITS),
    (VALUES, "has a number beyond 1", _largest(lambda m: m > 1), anywhere),
    (VALUES, "has a number beyond 4", _largest(lambda m: m > 4), anywhere),
)


def _one(
    block: str, kind: str, words: str, check: Check, sizes: Callable[[Sizes], Any] = anywhere
) -> Trigger:
    return Trigger(
        f"{block} {words}", kind, lambda call: check(call.arrays[block]), sizes, frozenset({block})
    )


def _between(
    words: str, kind: str, of: str, holds: Callable[[BackwardCall], Any], sizes: Any = anywhere
) -> Trigger:
    return Trigger(words, kind, holds, sizes, frozenset(of.split()))


def _ahead(call: BackwardCall) -> Array:
    """Pre-activations of the first step without what comes of h0."""
    ahead: Array = call.xs[:, 0] @ call.params["U"].T + call.params["b"]
    return ahead


def gates(call: BackwardCall) -> list[Array]:
    """Pre-activations of i, f, g and o at the first step, without what comes of h0, each (N, H)."""
    return np.split(_ahead(call), 4, axis=1)


OF_SEVERAL = (
    _between(
        "h0 is zero, c0 is not", ZEROS, "h0 c0", lambda call: not call.state[0].any() and call.state[1].any()
    ),
    _between(
        "c0 is zero, h0 is not", ZEROS, "h0 c0", lambda call: call.state[0].any() and not call.state[1].any()
    ),
    _between("h0 and c0 are zero", ZEROS, "h0 c0", lambda call: not any(s.any() for s in call.state)),
    _between(
        "h0 equals c0, not zero",
        PATTERNS,
        "h0 c0",
        lambda call: call.state[0].any() and _equal(call.state),
    ),
    _between(
        "a record has a state of zeros",
        ZEROS,
        "h0 c0",
        lambda call: any(s.any() for s in call.state) and not np.logical_or(*call.state).any(axis=1).all(),
        RECORDS,
    ),
    _between(
        "b and c0 are zero",
        ZEROS,
        "b c0",
        lambda call: not call.params["b"].any() and not call.state[1].any(),
    ),
    _between(
        "U and W are nowhere negative",
        VALUES,
        "U W",
        lambda call: all((call.params[name] >= 0).all() for name in "UW"),
    ),
    _between(
        "float32, a pre-activation beyond 89",
        VALUES,
        "xs U b type",
        lambda call: call.xs.dtype == np.float32 and np.abs(_ahead(call)).max() > 89,
    ),
    _between(
        "float64, a pre-activation beyond 710",
        VALUES,
        "xs U b type",
        lambda call: call.xs.dtype == np.float64 and np.abs(_ahead(call)).max() > 710,
    ),
    _between("a pre-activation beyond 20", VALUES, "xs U b", lambda call: np.abs(_ahead(call)).max() > 20),
    _between("f opens everywhere", VALUES, "xs U b", lambda call: (gates(call)[1] > 0).all()),
    _between("o closes somewhere", VALUES, "xs U b", lambda call: (gates(call)[3] < -5).any()),
    _between("i is nowhere open", VALUES, "xs U b", lambda call: (gates(call)[0] < 0).all()),
    _between("all gates are nearly a half", VALUES, "xs U b", lambda call: np.abs(_ahead(call)).max() < 0.1),
    _between("float32", VALUES, "type", lambda call: call.xs.dtype == np.float32),
    _between("float64", VALUES, "type", lambda call: call.xs.dtype == np.float64),
)

CONDITIONS = (
    *(_one(block, *each) for block in ("U", "W", "b", "xs", "h0", "c0") for each in OF_ANY),
    *(_one("W", *each) for each in OF_W),
    *(_one("U", *each) for each in OF_U),
    *(_one("b", *each) for each in OF_B),
    *(_one("xs", *each) for each in OF_XS),
    *(_one(block, *each) for block in ("h0", "c0") for each in OF_STATE),
    *OF_SEVERAL,
)
