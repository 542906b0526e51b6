"""tanh and sigmoid as scalar functions, measured against 50-digit arithmetic over a type's whole range.

The exact oracle cannot take these two, for their values are not rational. All else in a gradient is
sums and products, which it proves; what is left is a function of one number, and its slope.

The engine reads a slope off the rounded output: 1 − y² of tanh, y (1 − y) of sigmoid. Where y is near ±1
this subtracts two nearly equal numbers, so the slope is accurate to a few roundings of 1 and no more. Its
error *relative to itself* grows as 1/slope, up to 1 and beyond where y rounds to ±1 or next to it. Autograd's
own rule starts from a, and keeps its relative accuracy until it overflows. ``verification.models.tolerance``
allows for the former; this table says what both are. Regions, by the true slope:

===========  ===============================================================
zero         a = ±0
denormal     |a| below the smallest normal number
linear       |a| below √u: a straight line, to the last digit or so
bend         slope at least 1/16 of its largest value
tail ±       slope at least u; the sign is that of a
saturated ±  slope below u, where 1 − |y| is no more than a rounding
end ±        the largest number
===========  ===============================================================
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import mpmath  # type: ignore[import-untyped]
import numpy as np
from autograd import elementwise_grad

from benchmarks.tasks import each
from rnn import Activation, sigmoid, tanh
from rnn.common.arrays import Array
from verification.models.activations import ACTIVATIONS
from verification.models.tolerance import PERTURBATION, unit

# What a value may be off by, in units in the last place (ulp) of the truth. For tanh, the libraries' own
# word: NumPy's tests hold it to 2 in float32 and float64, glibc's manual to 3 in long double. The sigmoid's
# exp is held to 1 in float64. An ulp is one to two roundings, so that one and the roundings of the sum and
# of the quotient make at most 4. In float32 NumPy allows its exp 3; no more than 2.8 in all was observed.
VALUE = {"tanh": 3, "sigmoid": 4}

# What a slope may be off by, in roundings of 1: the most by which ``tolerance`` shifts slopes, PERTURBATION
# times |y · ds/dy| at |y| = 1. Observed: 2.4 and 1.4.
SLOPE = {"tanh": 2 * PERTURBATION, "sigmoid": 1 * PERTURBATION}

# Random significands in each power of two, beside its first number and the last one below it; and evenly
# spaced numbers up to SPAN, beyond which both functions are saturated in every type.
RANDOM = 1
EVEN = 3000
SPAN = 48

# A long double has 33 thousand powers of two: one in fifteen of them.
MOST_EXPONENTS = 2200

# A long double that is float64 itself is no type of its own.
FLOATS = tuple(dict.fromkeys(map(np.dtype, (np.float32, np.float64, np.longdouble))))

# Those whose numbers Python's float holds.
NARROW = (np.dtype(np.float32), np.dtype(np.float64))

# A context of its own, so that nobody else's digits change.
_mp = mpmath.MPContext()
_mp.dps = 50

# The value and the slope. None subtracts nearly equal numbers, so all 50 digits are right.
TRUTHS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh": (_mp.tanh, lambda a: _mp.sech(a) ** 2),
    "sigmoid": (lambda a: 1 / (1 + _mp.exp(-a)), lambda a: _mp.sech(a / 2) ** 2 / 4),
}


@dataclass(frozen=True)
class ScalarRow:
    """The worst that was seen of one function, in one type, in one region.

    ``value``: error of the value, in ulps of the truth. ``slope``: absolute error of the slope, in
    roundings of 1. ``relative``: error of the slope relative to the truth, worst at a = ``where``.
    ``autograd``: the same of autograd's rule.
    """

    function: str
    dtype: np.dtype[Any]
    region: str
    points: int
    value: float
    slope: float
    relative: float
    where: Any
    autograd: float

    @property
    def verdict(self) -> str:
        """holds, or refuted where the value or the slope is further off than is stated."""
        within = self.value <= VALUE[self.function] and self.slope <= SLOPE[self.function]
        return "holds" if within else "refuted"


def scalar_rows(
    activations: Sequence[Activation] = (tanh, sigmoid), dtypes: Iterable[np.dtype[Any]] = FLOATS
) -> list[ScalarRow]:
    """Each activation, tanh or sigmoid by its name, in each type and region."""
    tasks = [(f, dtype) for dtype in dtypes for f in activations]
    return [row for rows in each(lambda task: list(_rows(task[0], points(task[1]))), tasks) for row in rows]


def points(dtype: np.dtype[Any]) -> Array:
    """Both signs of 0, of numbers in every power of two that the type holds, and many in the bend."""
    info = np.finfo(dtype)
    rng = np.random.default_rng(0)
    exponents = np.arange(int(info.minexp) - info.nmant, int(info.maxexp))
    exponents = exponents[:: -(-len(exponents) // MOST_EXPONENTS), None]
    significands = np.hstack([np.ones((len(exponents), 1)), 1 + rng.random((len(exponents), RANDOM))])
    powers = np.ldexp(significands.astype(dtype), exponents)
    before = np.nextafter(powers[:, 0], dtype.type(0))
    even = np.linspace(0, SPAN, EVEN + 1).astype(dtype)
    positive = np.unique(np.concatenate([powers.ravel(), before, even, [info.max]]))
    return np.concatenate([-positive[::-1], positive]).astype(dtype)


def _rows(activation: Activation, a: Array) -> Iterator[ScalarRow]:
    dtype, name = a.dtype, activation.name
    y, slope = np.empty_like(a), np.empty_like(a)
    with np.errstate(all="ignore"):
        activation.value(a.copy(), y)
        activation.slope(y, slope)
        other = elementwise_grad(ACTIVATIONS[name])(a)
    exact_a = _exact(a)
    true_y, true_slope = (np.array([f(x) for x in exact_a]) for f in TRUTHS[name])
    slope_errors = abs(_exact(slope) - true_slope)
    value = (abs(_exact(y) - true_y) / [_ulp(want, dtype) for want in true_y]).astype(float)
    absolute = (slope_errors / unit(dtype)).astype(float)
    relative = (slope_errors / true_slope).astype(float)
    autograd = (abs(_exact(other) - true_slope) / true_slope).astype(float)
    flattened = true_slope.max() / 16
    regions = np.array([_region(x, s, flattened) for x, s in zip(a, true_slope, strict=True)])
    for region in dict.fromkeys(regions.tolist()):
        there = np.flatnonzero(regions == region)
        worst = there[np.argmax(relative[there])]
        yield ScalarRow(
            name, dtype, region, len(there),
            float(value[there].max()), float(absolute[there].max()),
            float(relative[worst]), a[worst], float(autograd[there].max()),
        )  # fmt: skip


def _region(a: Any, slope: Any, flattened: Any) -> str:
    info, u = np.finfo(a.dtype), unit(a.dtype)
    sign = "+" if a > 0 else "−"
    if a == 0:
        return "zero"
    if abs(a) < info.tiny:
        return "denormal"
    if abs(a) < u**0.5:
        return "linear"
    if abs(a) == info.max:
        return f"end {sign}"
    if slope >= flattened:
        return "bend"
    return f"tail {sign}" if slope >= u else f"saturated {sign}"


def _ulp(truth: Any, dtype: np.dtype[Any]) -> Any:
    """The spacing of the type's numbers at the truth."""
    info = np.finfo(dtype)
    _, exponent = _mp.frexp(truth)
    return _mp.ldexp(1, max(exponent - 1, int(info.minexp)) - info.nmant)


def _exact(array: Array) -> Array:
    """The entries of a vector as 50-digit numbers, exactly."""
    if array.dtype in NARROW:
        return np.array([_mp.mpf(entry) for entry in array.tolist()])
    # A long double's significand is the sum of at most three float64s.
    rest, exponents = np.frexp(array)
    significands: Any = 0
    for _ in range(3):
        part = rest.astype(float)
        significands = significands + _exact(part)
        rest = rest - part
    return np.array([_mp.ldexp(s, e) for s, e in zip(significands, exponents.tolist(), strict=True)])


def compiled_activation(f: Activation) -> Activation:
    """The compiled twin of a function of ``rnn``, with the calls that the function itself has."""
    functions = import_module("rnn.compiled.functions")
    kind = functions.KINDS[f]

    def value(a: Any, out: Any) -> None:
        out[...] = a
        functions.value(kind, out)

    def slope(y: Any, out: Any) -> None:
        functions.slopes(kind, y, out)

    return Activation(f.name, value, slope)
